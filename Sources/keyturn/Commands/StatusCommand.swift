import ArgumentParser
import Glibc
import Names
import SecretMemory
import SocketAPI
import TerminalInput
import TerminalText
import Times

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "How everything is, problems first.",
        discussion: """
            With --watch it is looked at every two seconds, until Ctrl-C: on a terminal in place, else one below the
            other.

            Example: keyturn status zoom-prod --watch
            """)

    @Argument(help: "Only this app.")
    var name: Name?

    @Flag(help: "Go on showing it.") var watch = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if watch, common.json { throw ValidationError("--watch is for people; ask again and again for --json") }
    }

    func run() throws {
        if watch { try goOn() } else { try show() }
    }

    private var path: RequestPath { name.map { "/v1/status?app=\($0)" } ?? "/v1/status" }

    /// A daemon that is locked or away for a moment is shown as that, and looked for again.
    private func goOn() throws -> Never {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        var isFirst = true
        while true {
            let text = try current()
            if isTerminal {
                // Home, each line to its end, and what is below: nothing flickers.
                let clear = isFirst ? "\u{1B}[2J" : ""
                StandardOutput.write("\(clear)\u{1B}[H\(text.replacing("\n", with: "\u{1B}[K\n"))\u{1B}[J")
            } else {
                StandardOutput.write(isFirst ? text : "\n" + text)
            }
            isFirst = false
            sleep(2)
        }
    }

    private func current() throws -> String {
        do throws(ClientError) {
            return Self.text(try common.admin.send(.get, path).document(StatusDocument.self))
        } catch {
            switch error.exitStatus {
            case .unavailable, .temporary: return "keyturnd: \(error.description)\n"
            default: throw error
            }
        }
    }

    private func show() throws {
        let answer = try common.admin.send(.get, path)
        var isLocked = false
        if answer.problem == nil {
            isLocked = try StatusDocument(parsing: answer.body.copy(), values: 4_000_000).state == .locked
        }
        try common.show(answer, as: StatusDocument.self) { StandardOutput.write(Self.text($0)) }
        if isLocked { throw CommandFailure(.unavailable, nil) }
    }

    static func text(_ status: StatusDocument) -> String {
        var text =
            "keyturnd \(status.version), \(status.state.rawValue), up \(spoken(seconds: status.now - status.startedAt))\n"
        if let resealing = status.resealing, let epoch = status.keyEpoch {
            text +=
                "key rotation: \(resealing.percent) % of \(resealing.rows) rows are in epoch \(epoch)\n"
        }
        if !status.problems.isEmpty {
            text += "\nproblems\n"
            for problem in status.problems {
                text += "  \(problem.app.map { "\($0): " } ?? "")\(problem.detail)\n"
                if let hint = problem.hint { text += "    try: \(hint)\n" }
            }
        }
        guard status.state == .unlocked else { return text }
        guard !status.apps.isEmpty else { return text + "\nno apps yet\n  try: keyturn app add NAME\n" }
        var table = TextTable(["APP", "GENERATION", "SECRET AGE", "NEXT ROTATION", "TOKEN", "ROTATION"])
        for app in status.apps {
            let token = app.tokenExpiresAt.map { "\(app.token.rawValue), \(spoken(seconds: $0 - status.now)) left" }
            table.add(
                app.app.description, String(app.generation), spoken(seconds: status.now - app.secretCreatedAt),
                next(app, status.now), token ?? app.token.rawValue, app.rotation ?? "-")
        }
        return text + "\n" + table.text
    }

    private static func next(_ app: StatusDocument.App, _ now: Timestamp) -> String {
        guard !app.paused else { return "paused" }
        guard let next = app.nextRotationAt else { return "-" }
        return next > now ? "in \(spoken(seconds: next - now))" : "due"
    }
}
