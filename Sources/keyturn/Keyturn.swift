import ArgumentParser
import Domain
import Glibc
import SecretMemory
import SocketAPI
import Terminal

@main
struct Keyturn: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keyturn",
        abstract: "Operate a running keyturnd: apps, rotations, clients, targets.",
        discussion: """
            Add an app, let the user pingfederate fetch what it needs, and show the state of everything:

            Example: keyturn app add zoom-prod
            Example: keyturn client add pingfederate --user pingfederate --allow zoom-prod:credentials,token
            Example: keyturn status
            """,
        version: versionLine(of: "keyturn"),
        subcommands: [
            StatusCommand.self, CalendarCommand.self, AppCommand.self, ClientCommand.self, ExplainCommand.self,
            ExplainErrorCommand.self,
            TokenCommand.self,
            FetchCommand.self, RotateCommand.self, RotationCommand.self, HistoryCommand.self, HoldersCommand.self,
            PauseCommand.self, ResumeCommand.self, TargetCommand.self, AlertCommand.self, AuditCommand.self,
            ReportCommand.self,
            KeyCommand.self,
            ExportCommand.self, ApplyCommand.self, BackupCommand.self, AdoptCommand.self, DoctorCommand.self,
            UnlockCommand.self, LockCommand.self,
            CompletionsCommand.self,
        ])

    static func main() {
        StandardOutput.begin()
        // A command runs even where the kernel refuses: it holds a secret only for a moment.
        _ = ClosedProcess.begin()
        do {
            var command = try parseAsRoot()
            try command.run()
            finish()
        } catch let failure as CommandFailure {
            finish(failure)
        } catch let error as ClientError {
            finish(CommandFailure(error))
        } catch let error as InputError {
            finish(CommandFailure(.usage, error.advice))
        } catch {
            let code = exitCode(for: error)
            guard code != .success else {
                // The "error" is a request for help, the version or completions.
                let discussion = CommandPath(CommandLine.arguments.dropFirst()).discussion
                let width = Screen.width(of: STDOUT_FILENO)
                StandardOutput.write(helpText(fullMessage(for: error), discussion: discussion, width: width) + "\n")
                finish()
            }
            finish(CommandPath(CommandLine.arguments.dropFirst()).failure(message(for: error)))
        }
    }

    /// Prints what went wrong, if anything. Lost output is reported too, and determines the exit status.
    private static func finish(_ failure: CommandFailure? = nil) -> Never {
        if let advice = failure?.advice { complain("keyturn: \(advice.lines)", terminator: "") }
        guard let lost = StandardOutput.finish() else { Glibc.exit((failure?.status ?? .done).rawValue) }
        if failure?.status != .inputOutput { complain("keyturn: \(lost)") }
        Glibc.exit(ExitStatus.inputOutput.rawValue)
    }
}

/// Why a command exits with a status other than 0.
struct CommandFailure: Error {
    let status: ExitStatus
    /// `nil` when everything was printed on standard output.
    let advice: Advice?

    init(_ status: ExitStatus, _ advice: Advice?) {
        self.status = status
        self.advice = advice
    }

    init(_ status: ExitStatus, _ message: String?, try hint: String? = nil) {
        self.init(status, message.map { Advice($0, try: hint) })
    }

    init(_ error: ClientError) { self.init(error.exitStatus, error.advice) }
}

/// Copied white space is the classic mistake.
func complainOfWhiteSpace(around what: String) {
    complain("keyturn: there was white space around the \(what); it was left out")
}

/// Prints a line on standard error.
func complain(_ text: String, terminator: String = "\n") {
    let line = Glyphs.shown(visible(text)) + terminator
    _ = unsafe write(STDERR_FILENO, line, line.utf8.count)
}
