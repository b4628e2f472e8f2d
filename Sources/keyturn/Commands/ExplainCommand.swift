import ArgumentParser
import Domain
import SecretMemory
import SocketAPI
import Terminal

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Explain whether a process would be served, and why.",
        discussion: """
            Exits with 0 if it would be served and with 77 if not. With --uid, the unit and the executable are
            unknown, and the groups are those of the user's login.

            Example: keyturn explain --app zoom-prod --pid 4711 --permission token
            """)

    @Option(help: "The app that it would ask for.", completion: .apps) var app: Name
    @Option(help: ArgumentHelp("The process.", valueName: "n")) var pid: Int?
    @Option(help: ArgumentHelp("The user, instead of a process.", valueName: "n")) var uid: Int?
    @Option(help: "The permission: credentials or token.") var permission = Permission.credentials
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (pid == nil) != (uid == nil) else { throw ValidationError("use either --pid N or --uid N") }
    }

    func run() throws {
        let path: RequestPath =
            if let pid {
                "/v1/explain?app=\(app)&permission=\(permission)&pid=\(pid)"
            } else {
                "/v1/explain?app=\(app)&permission=\(permission)&uid=\(uid ?? 0)"
            }
        let answer = try common.admin.send(.get, path)
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
