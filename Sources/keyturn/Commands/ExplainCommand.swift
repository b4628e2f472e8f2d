import ArgumentParser
import Domain
import SecretMemory
import SocketAPI
import Terminal

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Explain whether a process would be served, and why.",
        discussion: """
            Exits with 0 if it would be served and with 77 if not. With --user or --uid, the groups are those of the
            user's login, and the unit and the executable are unknown unless they are given.

            Example: keyturn explain --app zoom-prod --pid 4711 --permission token
            Example: keyturn explain --app zoom-prod --user pingfederate --unit pingfederate.service
            """)

    @Option(help: "The app whose secret it would request.", completion: .apps) var app: Name
    @Option(help: ArgumentHelp("The process.", valueName: "n")) var pid: Int?
    @Option(help: ArgumentHelp("The user's number, instead of a process.", valueName: "n")) var uid: Int?
    @Option(help: ArgumentHelp("The user's name, instead of a process.", valueName: "name")) var user: String?
    @Option(help: ArgumentHelp("With a user: assume a process of this systemd unit.", valueName: "unit")) var unit:
        String?
    @Option(help: ArgumentHelp("With a user: assume this executable.", valueName: "path")) var exe: String?
    @Option(help: "The permission: credentials or token.") var permission = Permission.credentials
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard [pid != nil, uid != nil, user != nil].count(where: \.self) == 1 else {
            throw ValidationError("use one of --pid N, --user NAME and --uid N")
        }
        guard pid == nil || (unit == nil && exe == nil) else {
            throw ValidationError("--unit and --exe are for a user; those of process \(pid ?? 0) are known")
        }
    }

    func run() throws {
        let question = ExplainRequest(
            app: app, permission: permission, pid: pid, uid: uid, user: user, unit: unit, exe: exe)
        let answer = try common.admin.send(.post, "/v1/explain", body: question.render())
        var served = true
        if answer.problem == nil {
            served = try ExplainDocument(parsing: answer.body.copy(), values: 4_000_000).served
        }
        try common.show(answer, as: ExplainDocument.self) { StandardOutput.write($0.text) }
        if !served { throw CommandFailure(.notPermitted, nil) }
    }
}

extension ExplainDocument {
    var text: String {
        var text = "\(served ? "served" : "refused"): \(reason)\n\n"
        var table = TextTable()
        if let pid = caller.pid { table.add("process", String(pid)) }
        table.add("user", caller.user.map { "\($0) (\(caller.uid))" } ?? String(caller.uid))
        let groups = [caller.gid].compactMap { $0 } + caller.groups.filter { $0 != caller.gid }
        table.add("groups", groups.isEmpty ? "not known" : groups.map(String.init).joined(separator: " "))
        table.add("unit", caller.unit.map { "\($0)\(caller.slice.map { ", in \($0)" } ?? "")" } ?? "not known")
        table.add("executable", caller.exe ?? "not known")
        if caller.foreign { table.add("namespace", "one that the daemon does not see into") }
        text += table.fitted
        guard !policies.isEmpty else { return text }
        var list = TextTable(["CLIENT", "ITS POLICY"])
        for policy in policies { list.add(policy.client.description, policy.reason) }
        return text + "\n" + list.fitted
    }
}

extension Permission: ExpressibleByArgument {}
