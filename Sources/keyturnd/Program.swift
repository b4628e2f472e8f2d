import ArgumentParser
import Daemon
import Dispatch
import Domain
import Glibc
import Maintenance
import SocketAPI
import Terminal

/// The entry point. Synchronous at first: the daemon drops privileges while it has one thread, because the kernel drops
/// capabilities for one thread at a time, and new threads inherit them.
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

    /// The requested command, ready to run.
    private static func work() throws -> @Sendable () async throws -> Void {
        let parsed = try Keyturnd.parseAsRoot()
        if let serve = parsed as? Serve {
            let daemon = try serve.prepare()
            return { try await daemon.run() }
        }
        guard let asynchronous = parsed as? any AsyncParsableCommand else {
            // Only the task that runs it uses it from here on.
            nonisolated(unsafe) var command = parsed
            return { try unsafe command.run() }
        }
        // As above.
        nonisolated(unsafe) var command = asynchronous
        return { try unsafe await command.run() }
    }

    /// What the command on the line says of itself.
    private static var discussion: String {
        let word = CommandLine.arguments.dropFirst().first { !$0.hasPrefix("-") && $0 != "help" }
        let command = word.flatMap { word in Keyturnd.configuration.subcommands.first { $0._commandName == word } }
        return (command ?? Keyturnd.self).configuration.discussion
    }

    private static func fail(_ error: any Error) -> Never {
        switch error {
        case let error as StartError:
            complain(error.advice)
            finish(error.exitStatus)
        case let error as InputError:
            complain(error.advice)
            finish(.usage)
        default:
            guard Keyturnd.exitCode(for: error) != .success else {
                // The "error" is a request for help, the version or completions.
                StandardOutput.write(
                    helpText(
                        Keyturnd.fullMessage(for: error), discussion: discussion,
                        width: Screen.width(of: STDOUT_FILENO)) + "\n")
                finish(.done)
            }
            let advice = complaint(Keyturnd.message(for: error))
            complain(Advice(advice.detail, try: advice.hint ?? "keyturnd --help"))
            finish(.usage)
        }
    }

    /// Lost output is reported once, and determines the exit status.
    private static func finish(_ status: ExitStatus) -> Never {
        guard let lost = StandardOutput.finish() else { Glibc.exit(status.rawValue) }
        if status != .inputOutput { complain(Advice(lost)) }
        Glibc.exit(ExitStatus.inputOutput.rawValue)
    }

    private static func complain(_ advice: Advice) {
        let text = "keyturnd: \(advice.lines)"
        _ = unsafe write(STDERR_FILENO, text, text.utf8.count)
    }
}
