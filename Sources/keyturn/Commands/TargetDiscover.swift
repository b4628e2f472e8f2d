import ArgumentParser
import Domain
import SocketAPI
import Terminal

struct TargetDiscover: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discover",
        abstract: "Discover a console's connections and their settings.",
        discussion: """
            For a stored target, or for a console before it is a target: then with its address and a login. Without
            --connection it lists the connections with outbound provisioning; with it, the settings of that one.

            Example: keyturn target discover console
            Example: keyturn target discover --admin-url https://console:9999 --user keyturn
            """)

    @Argument(help: "A stored target.", completion: .targets) var name: Name?
    @OptionGroup var access: ConsoleOptions
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("List connections with this in their name or entity ID only.", valueName: "text"))
    var filter: String?
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (name == nil) != (access.adminUrl == nil) else {
            throw ValidationError("use either the NAME of a target or --admin-url URL")
        }
        let isAlone = !access.hasLogin && access.connection == nil && access.caFile == nil && access.pin == nil
        guard name == nil || isAlone else {
            throw ValidationError("login, connection and trust options need --admin-url, since a target has its own")
        }
        guard filter == nil || (name == nil && access.connection == nil) else {
            throw ValidationError("--filter needs --admin-url, and cannot be combined with --connection")
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
