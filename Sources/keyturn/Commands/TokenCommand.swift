import ArgumentParser
import Domain
import SecretMemory
import SocketAPI
import Terminal

struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Show an app's access token: scopes and lifetime.",
        discussion: "With --reveal, only the token is printed.\n\nExample: keyturn token zoom-prod --min-ttl 600")

    @Argument(completion: .apps) var name: Name
    @Option(help: ArgumentHelp("The least remaining lifetime in seconds.", valueName: "seconds")) var minTtl = 300
    @Flag(help: "Request a new one from Zoom now, even after earlier refusals.") var refresh = false
    @Flag(help: "Print the token itself.") var reveal = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        let answer =
            switch (refresh, reveal) {
            case (true, true): try common.admin.send(.post, "/v1/apps/\(name)/token?reveal=true")
            case (true, false): try common.admin.send(.post, "/v1/apps/\(name)/token")
            case (false, true): try common.admin.send(.get, "/v1/apps/\(name)/token?min_ttl=\(minTtl)&reveal=true")
            case (false, false): try common.admin.send(.get, "/v1/apps/\(name)/token?min_ttl=\(minTtl)")
            }
        try common.show(answer, as: TokenDocument.self) { token in
            switch token.accessToken {
            case .some(let value):
                value.withSpan { StandardOutput.write($0) }
                StandardOutput.write("\n")
            case nil: StandardOutput.write(Self.text(token))
            }
        }
    }

    private static func text(_ token: borrowing TokenDocument) -> String {
        var table = TextTable()
        table.add("app", token.app.description)
        table.add("generation", String(token.generation))
        table.add("token", "\(token.tokenType), not shown; --reveal prints it")
        table.add("expires", "\(token.expiresAt), in \(spoken(seconds: token.expiresIn))")
        table.add("scopes", token.scope ?? "Zoom did not say")
        table.add("API", token.apiURL)
        return table.fitted
    }
}
