import CPlatform
package import Glibc
import SocketAPI

/// A command of the settings as it is started: a few variables, its input, no descriptor of ours, a session of its own.
/// It can neither write to the vault's directories nor gain privileges. What it says on standard error goes nowhere, since nobody can tell what a failing program prints.
package struct ChildProcess {
    let words: CommandWords
    /// Directories that it cannot write to.
    let closed: [String]
    /// What it finds on standard input.
    let input: [UInt8]
    /// Whether it is told where systemd put the daemon's credentials, the vault's key among them.
    let knowsCredentials: Bool

    package init(words: CommandWords, closed: [String], input: [UInt8] = [], knowsCredentials: Bool = false) {
        (self.words, self.closed) = (words, closed)
        (self.input, self.knowsCredentials) = (input, knowsCredentials)
    }

    /// Variables that it inherits. Others it gets by `/usr/bin/env NAME=value …`.
    private static let inherited = [
        "HOME", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
    ]
    private static let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// Why it could not be started.
    package struct NotStarted: Error {
        package let words: String
        package var hint: String?

        init(_ reason: CInt) { words = unsafe String(cString: strerror(reason)).lowercased() }

        init(_ distrust: TrustedPath.Distrust) {
            words = "\(distrust.reason), and is not trusted"
            hint = distrust.hint
        }
    }

    /// - Returns: the process, which leads a group of its own, and the end of a pipe from its output, which does not block.
    package func start() throws(NotStarted) -> (pid: pid_t, output: CInt) {
        try check()
        var variables = [Self.path, "LANG=C.UTF-8"]
        for name in Self.inherited + (knowsCredentials ? ["CREDENTIALS_DIRECTORY"] : []) {
            if let value = unsafe getenv(name) { variables.append("\(name)=\(unsafe String(cString: value))") }
        }
        // In memory, so that a command that does not read holds nobody up.
        let file = input.isEmpty ? -1 : unsafe input.withUnsafeBytes { unsafe kt_memory_file($0.baseAddress, $0.count) }
        guard input.isEmpty || file >= 0 else { throw NotStarted(errno) }
        defer { if file >= 0 { close(file) } }
        let arguments = unsafe ([words.program] + words.arguments).map { unsafe strdup($0) } + [nil]
        let environment = unsafe variables.map { unsafe strdup($0) } + [nil]
        defer { unsafe (arguments + environment).forEach { unsafe free($0) } }
        var (pid, output): (pid_t, CInt) = (0, 0)
        let outcome = unsafe Confinement.withClosed(closed) { closed in
            unsafe kt_spawn(words.program, arguments, environment, closed, file, &pid, &output)
        }
        guard outcome == 0 else { throw NotStarted(outcome) }
        return (pid, output)
    }

    /// What is run is run as the daemon's user: nobody but that user and root may say what it is.
    private func check() throws(NotStarted) {
        do throws(TrustedPath.Distrust) { try TrustedPath.check(words.program) } catch {
            // What is not there is told by the kernel, in the call itself.
            if error.missing == nil { throw NotStarted(error) }
        }
    }
}
