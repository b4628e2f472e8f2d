import ArgumentParser
import Domain
import Glibc
import SecretMemory
import SocketAPI
import Terminal

struct RotationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotation", abstract: "List and control rotations.",
        discussion: "Example: keyturn rotation list",
        subcommands: [
            RotationListCommand.self, RotationShow.self, RotationResume.self, RotationFinish.self, RotationAbort.self,
        ])

    static let idHelp: ArgumentHelp = "Its ID, a unique beginning of it, or the name of an app with a running rotation."

    static func show(_ id: String, _ common: CommonOptions) throws -> RotationDocument {
        try common.admin.send(.get, try path(id)).document()
    }

    /// Accepts letters and digits only; anything else would be another path.
    static func path(_ id: String, _ action: String? = nil) throws -> RequestPath {
        guard let id = Name(id) else {
            throw CommandFailure(.usage, "this is not the ID of a rotation", try: "keyturn rotation list")
        }
        return action.map { RequestPath(stringLiteral: "/v1/rotations/\(id)/\($0)") } ?? "/v1/rotations/\(id)"
    }

    /// Shows a rotation's final state, and fails if it did not get as far as requested.
    static func end(_ rotation: RotationDocument, _ failure: CommandFailure?, _ common: CommonOptions) throws {
        if common.json {
            StandardOutput.write(document: rotation)
        } else {
            StandardOutput.write(rotation.text)
        }
        if let failure { throw failure }
    }
}

struct RotationFinish: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "finish", abstract: "End the overlap now: the old secret is revoked as soon as Zoom allows.",
        discussion: """
            First shows which clients and push targets that leaves with a revoked secret, and asks. A push target gets one push
            before, and more automatically afterwards. Zoom is asked to revoke the old secret two minutes later; the command
            returns once Zoom has confirmed it, and says when the old secret ends; with --wait, once it has ended. If Zoom
            accepts the change only later, it exits with 75 and says when.

            Example: keyturn rotation finish 0123456789abcdef --yes
            """)

    @Argument(help: RotationCommand.idHelp, completion: .rotations) var id: String
    @Flag(help: "Do not ask.") var yes = false
    @Flag(help: "Wait until the old secret is revoked, and show progress.") var wait = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        let plan: EndingPlan = try common.admin.send(.get, try RotationCommand.path(id, "finish")).document()
        if !common.json { StandardOutput.write(plan.text("end the overlap of \(plan.app) now")) }
        try common.confirm("revoke the old secret of \(plan.app) now?", yes: yes)
        let path = try RotationCommand.path(plan.rotation ?? id, "finish")
        let answer = try common.admin.send(.post, path, within: .seconds(120))
        let follower = RotationFollower(common: common, toTheEnd: true, isBrief: !wait)
        let (rotation, failure) = try follower.follow(try answer.document())
        try RotationCommand.end(rotation, failure, common)
    }
}

struct RotationListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List running rotations.", discussion: "Example: keyturn rotation list")

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.show(try common.admin.send(.get, "/v1/rotations"), as: RotationList.self) { list in
            StandardOutput.write(list.rotations.isEmpty ? "no rotation is running\n" : list.text)
        }
    }
}

struct RotationShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a rotation: its state, the reason, and the next step.",
        discussion: "Example: keyturn rotation show 0123456789abcdef")

    @Argument(help: RotationCommand.idHelp, completion: .rotations) var id: String
    @OptionGroup var common: CommonOptions

    func run() throws {
        let answer = try common.admin.send(.get, try RotationCommand.path(id))
        try common.show(answer, as: RotationDocument.self) { StandardOutput.write($0.text) }
    }
}

struct RotationResume: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Resume a blocked rotation, or retry a waiting one now.",
        discussion: """
            Returns once the new secret is current, like keyturn rotate: with 79 if the rotation is blocked again, and with
            75 if it continues automatically in more than a minute.

            Example: keyturn rotation resume 0123456789abcdef
            """)

    @Argument(help: RotationCommand.idHelp, completion: .rotations) var id: String
    @OptionGroup var common: CommonOptions

    func run() throws {
        let answer = try common.admin.send(.post, try RotationCommand.path(id, "resume"), within: .seconds(120))
        let follower = RotationFollower(common: common, toTheEnd: false, throughPublishing: true)
        let (rotation, failure) = try follower.follow(try answer.document())
        try RotationCommand.end(rotation, failure, common)
    }
}

struct RotationAbort: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abort", abstract: "Cancel a rotation that has changed nothing yet.",
        discussion: "Example: keyturn rotation abort 0123456789abcdef")

    @Argument(help: RotationCommand.idHelp, completion: .rotations) var id: String
    @OptionGroup var common: CommonOptions

    func run() throws {
        let answer = try common.admin.send(.post, try RotationCommand.path(id, "abort"))
        try common.show(answer, as: RotationDocument.self) { StandardOutput.write($0.text) }
    }
}

struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show an app's generations and rotations, oldest first.",
        discussion: "Example: keyturn history zoom-prod")

    @Argument(completion: .apps) var name: Name
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.show(try common.admin.send(.get, "/v1/apps/\(name)/rotations"), as: HistoryDocument.self) {
            let text = HistoryText($0, now: SystemTime().now.wall)
            StandardOutput.write(text.text(common.paint, width: Screen.width(of: STDOUT_FILENO)))
        }
    }
}

struct HoldersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "holders", abstract: "List which clients fetched which generation.",
        discussion: "Example: keyturn holders zoom-prod")

    @Argument(completion: .apps) var name: Name
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.show(try common.admin.send(.get, "/v1/apps/\(name)/holders"), as: HolderList.self) { list in
            guard !list.holders.isEmpty else {
                StandardOutput.write("no client has fetched \(list.app) yet\n")
                return
            }
            StandardOutput.write(list.text)
        }
    }
}

extension RotationList {
    /// Without a terminal, with whole ids and times for programs; at one, so that a row has room.
    var text: String {
        let isShown = Screen.width(of: STDOUT_FILENO) != nil
        let times = TimeWords(now: SystemTime().now.wall)
        var table = TextTable(["ROTATION", "APP", "REPLACES", "STATE", "BEGUN", "CONTINUES"])
        for rotation in rotations {
            table.add(
                isShown ? String(rotation.id.prefix(12)) : rotation.id, rotation.app.description, String(rotation.base),
                rotation.state.words, isShown ? times.relative(rotation.plannedAt) : rotation.plannedAt.description,
                rotation.due.map { isShown ? times.relative($0) : $0.description } ?? "")
        }
        return table.fitted
    }
}

extension EndingPlan {
    /// The steps, and the consumers that are left with a secret that Zoom refuses.
    func text(_ title: String) -> String {
        var text = "\(title)\n"
        for step in steps { text += "  \(step)\n" }
        guard !(clients.isEmpty && targets.isEmpty) else {
            return text + "no client or push target is known to depend on the old secret\n"
        }
        text += "these will have a secret that Zoom refuses, until they get the new one:\n"
        for client in clients { text += "  client \(client.client), which has generation \(client.generation)\n" }
        for target in targets { text += "  target \(target.target): \(target.detail)\n" }
        return text
    }
}
