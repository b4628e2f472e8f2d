import ArgumentParser
import Domain
import SocketAPI
import Terminal

struct TargetDiscover: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discover",
        abstract: "Discover a console's connections and their settings.",
        discussion: """
            Of a target that is stored, or of a console that is no target yet: then with its address and a login. Without
            --connection it lists the connections that provision outbound; with it, it looks into that one.

            Example: keyturn target discover console
            Example: keyturn target discover --admin-url https://console:9999 --user keyturn
            """)

    @Argument(help: "A target that is stored.", completion: .targets) var name: Name?
    @OptionGroup var access: ConsoleOptions
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("List connections with this in their name or entity ID only.", valueName: "text"))
    var filter: String?
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (name == nil) != (access.adminUrl == nil) else {
            throw ValidationError("it is the NAME of a target or --admin-url URL, one of them")
        }
        let isAlone = !access.hasLogin && access.connection == nil && access.caFile == nil && access.pin == nil
        guard name == nil || isAlone else {
            throw ValidationError("a target has its login, connection and trust; they go with --admin-url")
        }
        guard filter == nil || (name == nil && access.connection == nil) else {
            throw ValidationError("--filter goes with --admin-url, and without --connection")
        }
        try access.validateWhole()
    }

    func run() throws {
        let answer =
            if let name { try common.admin.send(.get, "/v1/targets/\(name)/discover", within: .seconds(180)) } else {
                try console()
            }
        try common.show(answer, as: ConsoleDiscovery.self) { StandardOutput.write($0.text) }
    }

    private func console() throws -> Answer {
        var guide = TargetGuide(common: common)
        var console = try guide.draft(access)
        return try guide.discover(&console, access.connection, matching: filter)
    }
}
