import ArgumentParser
import Domain
import Glibc
import SecretMemory
import SocketAPI
import Terminal

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the state of everything, or everything about one app.",
        discussion: """
            Without a name: all problems, most urgent first, and a line for each app. A narrow terminal gets fewer columns.
            With many apps, it shows those that need attention, and a summary; --limit sets their number. Without a terminal
            everything is shown.

            With a name: one page about that app: its policy, the steps of its rotation, its problems, which client and which
            push target has which generation, and what happened last. Times are relative, and by the local clock.

            With --watch it is updated every two seconds until Ctrl-C: in place on a terminal, else one below the other.

            --check is for scripts: it shows the same and exits with 0 if there is no problem, with 1 for a warning, and
            with 2 if something is critical or the vault is locked. Notes do not count. 69: the daemon is not running.

            Example: keyturn status
            Example: keyturn status zoom-prod --watch
            Example: keyturn status --check
            Example: keyturn status --filter 'zoom-*' --sort next --limit 20
            """)

    @Argument(help: "Everything about this app.", completion: .apps)
    var name: Name?

    @Flag(help: "Show it again every two seconds, until Ctrl-C.") var watch = false
    @Flag(help: "Exit with 1 for a warning and 2 for a critical problem.") var check = false
    @Option(help: ArgumentHelp("Only apps with this in their name; * matches anything.", valueName: "text"))
    var filter: String?
    @Option(help: ArgumentHelp("Sort the apps: name, problems, age, next or token.", valueName: "order"))
    var sort: StatusSelection.Order?
    @Option(help: ArgumentHelp("Show this many apps at most.", valueName: "number")) var limit: Int?
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if watch, common.json { throw ValidationError("--watch is for people; repeat the command for --json") }
        if watch, check { throw ValidationError("--check cannot be combined with --watch") }
        if let limit, limit < 1 { throw ValidationError("--limit needs a number from 1") }
        guard name == nil || selection == StatusSelection() else {
            throw ValidationError("--filter, --sort and --limit choose from a list, and cannot be combined with a name")
        }
    }

    func run() throws {
        if watch {
            try keepShowing()
        } else if let name {
            try showPage(name)
        } else {
            try show()
        }
    }

    private var selection: StatusSelection { StatusSelection(filter: filter, order: sort, limit: limit) }

    private func path(_ name: Name) -> RequestPath { "/v1/apps/\(name)/status" }

    private func text(_ status: StatusDocument) -> String {
        let width = Screen.width(of: STDOUT_FILENO)
        return StatusText(status, selection, isBrief: width != nil).text(common.paint, width: width)
    }

    private func text(_ status: AppStatusDocument) -> String {
        AppStatusText(status, TimeWords(now: status.now)).text(common.paint, width: Screen.width(of: STDOUT_FILENO))
    }

    /// While the daemon is locked or unavailable, shows that and keeps trying.
    private func keepShowing() throws {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        var isFirst = true
        while !StandardOutput.isGone {
            let text = try current()
            if isTerminal {
                // Lines that do not fit would scroll, and the next picture would not cover this one.
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                let shown = lines.prefix(max((Screen.height(of: STDOUT_FILENO) ?? 24) - 1, 1))
                // Home, clear each line to its end, and clear everything below: nothing flickers.
                let clear = isFirst ? "\u{1B}[2J" : ""
                StandardOutput.draw(
                    clear + "\u{1B}[H" + shown.map { visible(String($0)) + "\u{1B}[K\n" }.joined() + "\u{1B}[J")
            } else {
                StandardOutput.write(isFirst ? text : "\n" + text)
            }
            isFirst = false
            sleep(2)
        }
    }

    private func current() throws -> String {
        do throws(ClientError) {
            guard let name else { return text(try common.admin.send(.get, "/v1/status").document(StatusDocument.self)) }
            return text(try common.admin.send(.get, path(name)).document(AppStatusDocument.self))
        } catch {
            switch error.exitStatus {
            case .unavailable, .temporary: return "keyturnd: \(error.description)\n"
            default: throw error
            }
        }
    }

    private func showPage(_ name: Name) throws {
        let answer = try common.admin.send(.get, path(name))
        if check, answer.problem?.code == .locked {
            throw CommandFailure(.critical, answer.problem?.advice)
        }
        let status: AppStatusDocument = try answer.document()
        try common.show(answer, as: AppStatusDocument.self) { _ in StandardOutput.write(text(status)) }
        if check { try end(status.severity) }
    }

    private func show() throws {
        let answer = try common.admin.send(.get, "/v1/status")
        if let problem = answer.problem { throw CommandFailure(.problem(problem)) }
        let status = try StatusDocument(parsing: answer.body.copy(), values: 4_000_000)
        if common.json, selection == StatusSelection() {
            // Unchanged: a newer daemon's additional members are included.
            try common.show(answer, as: StatusDocument.self) { _ in }
        } else if common.json {
            StandardOutput.write(document: selection.applied(to: status))
        } else {
            StandardOutput.write(text(status))
        }
        // The check covers everything that was requested, however much of it is shown.
        if check { return try end(StatusSelection(filter: filter).applied(to: status).severity) }
        if status.state == .locked { throw CommandFailure(.unavailable, nil) }
    }

    private func end(_ severity: Severity?) throws {
        switch severity {
        case .critical: throw CommandFailure(.critical, nil)
        case .warning: throw CommandFailure(.warning, nil)
        case .note, nil: break
        }
    }
}

extension StatusSelection.Order: ExpressibleByArgument {}
