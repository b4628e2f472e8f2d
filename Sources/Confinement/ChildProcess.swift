import CPlatform
package import Glibc
import SocketAPI
import System

/// A command from the settings as a process: with a few variables, its input, none of our descriptors, and a session of
/// its own. It cannot write to the vault's directories, nor gain privileges. Its standard error is dropped, since a
/// failing program might print secrets.
package struct ChildProcess {
    let words: CommandWords
    /// Directories that it cannot write to.
    let closed: [String]
    /// Its standard input.
    let input: [UInt8]
    /// Whether it gets the path of systemd's credentials for the daemon, which include the vault's key.
    let knowsCredentials: Bool

    package init(words: CommandWords, closed: [String], input: [UInt8] = [], knowsCredentials: Bool = false) {
        (self.words, self.closed) = (words, closed)
        (self.input, self.knowsCredentials) = (input, knowsCredentials)
    }

    /// Variables that it inherits. For others, use `/usr/bin/env NAME=value …`.
    private static let inherited = [
        "HOME", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
    ]
    private static let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// Why it could not be started.
    package struct NotStarted: Error {
        package let words: String
        package var hint: String?

        init(_ reason: CInt) { words = SystemError.words(for: reason) }

        init(_ distrust: TrustedPath.Distrust) {
            words = "\(distrust.reason), and is not trusted"
            hint = distrust.hint
        }
    }

    /// - Returns: the process, which leads its own group, and the non-blocking end of a pipe from its output.
    package func start() throws(NotStarted) -> (pid: pid_t, output: CInt) {
        try check()
        var variables = [Self.path, "LANG=C.UTF-8"]
        for name in Self.inherited + (knowsCredentials ? ["CREDENTIALS_DIRECTORY"] : []) {
            if let value = unsafe getenv(name) { variables.append("\(name)=\(unsafe String(cString: value))") }
        }
        // In memory, so that a command that does not read blocks nobody.
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

    /// The command runs as the daemon's user: only that user and root may be able to change it.
    private func check() throws(NotStarted) {
        do throws(TrustedPath.Distrust) { try TrustedPath.check(words.program) } catch {
            // The kernel itself reports a missing file.
            if error.missing == nil { throw NotStarted(error) }
        }
    }
}
