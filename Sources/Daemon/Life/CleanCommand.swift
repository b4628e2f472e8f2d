import CPlatform
import Glibc

/// A command of the settings as it is started: a few variables, its input, no descriptor of ours, a session of its own.
/// What it says on standard error goes nowhere, since nobody can tell what a failing program prints.
struct CleanCommand {
    let words: CommandWords
    /// What it finds on standard input.
    var input: [UInt8] = []

    /// Variables that it inherits. Others it gets by `/usr/bin/env NAME=value …`.
    private static let inherited = [
        "HOME", "CREDENTIALS_DIRECTORY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
    ]
    private static let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// Why it could not be started: an error number.
    struct NotStarted: Error {
        let reason: CInt
    }

    /// - Returns: the process, which leads a group of its own, and the end of a pipe from its output, which does not block.
    func start() throws(NotStarted) -> (pid: pid_t, output: CInt) {
        var variables = [Self.path, "LANG=C.UTF-8"]
        for name in Self.inherited {
            if let value = unsafe getenv(name) { variables.append("\(name)=\(unsafe String(cString: value))") }
        }
        // In memory, so that a command that does not read holds nobody up.
        let file = input.isEmpty ? -1 : unsafe input.withUnsafeBytes { unsafe kt_memory_file($0.baseAddress, $0.count) }
        guard input.isEmpty || file >= 0 else { throw NotStarted(reason: errno) }
        defer { if file >= 0 { close(file) } }
        let arguments = unsafe ([words.program] + words.arguments).map { unsafe strdup($0) } + [nil]
        let environment = unsafe variables.map { unsafe strdup($0) } + [nil]
        defer { unsafe (arguments + environment).forEach { unsafe free($0) } }
        var (pid, output): (pid_t, CInt) = (0, 0)
        let outcome = unsafe kt_spawn(words.program, arguments, environment, file, &pid, &output)
        guard outcome == 0 else { throw NotStarted(reason: outcome) }
        return (pid, output)
    }
}
