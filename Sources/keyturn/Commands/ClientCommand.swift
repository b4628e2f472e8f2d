import ArgumentParser
import Domain
import SecretMemory
import SocketAPI
import Terminal

struct ClientCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client", abstract: "Manage local programs and what each may fetch.",
        discussion: "Example: keyturn client list",
        subcommands: [ClientAdd.self, ClientListCommand.self, ClientShow.self, ClientRemove.self])
}

struct ClientAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Allow a user's programs to fetch credentials or tokens.",
        discussion: """
            The kernel identifies callers; all conditions given here must match.

            Example: keyturn client add pingfederate --user pingfederate --allow zoom-prod:credentials,token
            """)

    @Argument(help: "The client's name in Keyturn: \(Name.grammar).") var name: Name
    @Option(help: ArgumentHelp("The user's number.", valueName: "n")) var uid: Int?
    @Option(help: ArgumentHelp("The user's name.", valueName: "name")) var user: String?
    @Option(help: ArgumentHelp("Only processes in this group, primary or supplementary.", valueName: "n")) var gid: Int?
    @Option(help: ArgumentHelp("Only processes of this unit of the system's systemd.", valueName: "unit")) var unit:
        String?
    @Option(
        help: ArgumentHelp("Only processes that run this executable; a path without symbolic links.", valueName: "path")
    ) var exe: String?
    @Flag(help: "Also match callers in a user or pid namespace that the daemon cannot see into.") var foreign = false
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "An app or '*', a colon, and credentials, token or both; repeatable.", valueName: "app:permission"))
    var allow: [GrantArgument]
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (uid == nil) != (user == nil) else {
            throw ValidationError("use either --uid N or --user NAME")
        }
    }

    func run() throws {
        let draft = ClientDraft(
            name: name, uid: uid, user: user, gid: gid, unit: unit, exe: exe, foreign: foreign,
            allow: allow.map(\.grant))
        try common.show(try common.admin.send(.post, "/v1/clients", body: draft.render()), as: ClientDocument.self) {
            StandardOutput.write($0.text)
        }
    }
}

/// `APP:credentials,token`, where `APP` is a name or `*`.
struct GrantArgument: ExpressibleByArgument {
    let grant: Grant

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let target = Grant.Target(rawValue: String(parts[0])) else { return nil }
        let words = parts[1].split(separator: ",", omittingEmptySubsequences: false)
        let permissions = words.compactMap { Permission(rawValue: String($0)) }
        guard permissions.count == words.count else { return nil }
        grant = Grant(target: target, permissions: Set(permissions))
    }
}

struct ClientListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List clients.", discussion: "Example: keyturn client list")

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.show(try common.admin.send(.get, "/v1/clients"), as: ClientList.self) { list in
            guard !list.clients.isEmpty else {
                StandardOutput.write(
                    "no clients yet, so nothing can be fetched\n  try: keyturn client add NAME --user U --allow APP:credentials\n"
                )
                return
            }
            var table = TextTable(["CLIENT", "USER", "ALLOWED"])
            for client in list.clients { table.add(client.name.description, client.who, client.allowed) }
            StandardOutput.write(table.fitted)
        }
    }
}

struct ClientShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a client.", discussion: "Example: keyturn client show pingfederate")

    @Argument(completion: .clients) var name: Name
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.show(try common.admin.send(.get, "/v1/clients/\(name)"), as: ClientDocument.self) {
            StandardOutput.write($0.text)
        }
    }
}

struct ClientRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a client; its access ends at once.",
        discussion: "Example: keyturn client remove pingfederate")

    @Argument(completion: .clients) var name: Name
    @Flag(help: "Do not ask.") var yes = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.confirm("refuse the client '\(name)' from now on?", about: "/v1/clients/\(name)", yes: yes)
        try common.show(try common.admin.send(.delete, "/v1/clients/\(name)"), done: "removed \(name)")
    }
}

extension ClientDocument {
    var who: String {
        (user.map { "\($0) (\(uid))" } ?? String(uid)) + (gid.map { ", group \($0)" } ?? "")
            + (unit.map { ", unit \($0)" } ?? "") + (exe.map { ", \($0)" } ?? "")
            + (foreign ? ", from any namespace" : "")
    }

    var allowed: String { allow.map(\.description).joined(separator: " ") }

    var text: String {
        var table = TextTable()
        table.add("client", name.description)
        table.add("user", who)
        table.add("allowed", allowed)
        table.add("added", createdAt.description)
        return table.fitted
    }
}
