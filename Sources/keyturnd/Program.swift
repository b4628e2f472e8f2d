import ArgumentParser
import Daemon
import Dispatch
import Glibc
import SocketAPI
import Terminal

/// The way in. Synchronous at first: what the daemon gives up it gives up while there is one thread, since the kernel takes
/// capabilities from one at a time, and a thread has them from the one that made it.
@main enum Program {
    static func main() {
        StandardOutput.begin()
        Daemon.harden()
        do {
            let work = try work()
            Task {
                do {
                    try await work()
                    finish(.done)
                } catch { fail(error) }
            }
        } catch { fail(error) }
        dispatchMain()
    }

    /// What was asked for, ready to be done.
    private static func work() throws -> @Sendable () async throws -> Void {
        let parsed = try Keyturnd.parseAsRoot()
        if let serve = parsed as? Serve {
            let daemon = try serve.prepare()
            return { try await daemon.run() }
        }
        guard let asynchronous = parsed as? any AsyncParsableCommand else {
            // The one task that runs it is the only one to have it from here on.
            nonisolated(unsafe) var command = parsed
            return { try unsafe command.run() }
        }
        // Likewise.
        nonisolated(unsafe) var command = asynchronous
        return { try unsafe await command.run() }
    }

    private static func fail(_ error: any Error) -> Never {
        switch error {
        case let error as StartError:
            complain(error.detail, try: error.hint)
            finish(error.exitStatus)
        case let error as InputError:
            complain(error.description, try: error.hint)
            finish(.usage)
        default:
            guard Keyturnd.exitCode(for: error) != .success else {
                // What was asked for: help, the version, completions.
                StandardOutput.write(Keyturnd.fullMessage(for: error) + "\n")
                finish(.done)
            }
            let (message, hint) = complaint(Keyturnd.message(for: error))
            complain(message, try: hint ?? "keyturnd --help")
            finish(.usage)
        }
    }

    /// Output that was lost is said, once, and what counts.
    private static func finish(_ status: ExitStatus) -> Never {
        guard let lost = StandardOutput.finish() else { Glibc.exit(status.rawValue) }
        if status != .inputOutput { complain(lost, try: nil) }
        Glibc.exit(ExitStatus.inputOutput.rawValue)
    }

    private static func complain(_ message: String, try hint: String?) {
        let text = "keyturnd: \(oneLine(message))\n" + (hint.map { "  try: \(oneLine($0))\n" } ?? "")
        _ = unsafe write(STDERR_FILENO, text, text.utf8.count)
    }
}
