import ArgumentParser
import Names
import SecretMemory
import SocketAPI
import TerminalInput
import Times

struct FetchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Be a client: ask the agent socket as PingFederate would.",
        discussion: """
            With --field, the value alone is printed.

            Example: keyturn fetch zoom-prod --field client_secret
            """)

    @Argument var name: Name
    @Option(help: ArgumentHelp("account_id, client_id or client_secret.", valueName: "field")) var field:
        CredentialField?
    @OptionGroup var common: CommonOptions

    func run() throws {
        if let field {
            let answer = try common.agent.send(.get, "/v1/apps/\(name)/credentials/\(field)")
            try common.show(answer, as: FieldAnswer.self) { field in
                field.value.withSpan { StandardOutput.write($0) }
                StandardOutput.write("\n")
            }
        } else {
            let answer = try common.agent.send(.get, "/v1/apps/\(name)/credentials")
            try common.show(answer, as: CredentialsAnswer.self) { credentials in
                var table = TextTable()
                table.add("app", credentials.app.description)
                table.add("generation", String(credentials.generation))
                table.add("account ID", credentials.accountID)
                table.add("client ID", credentials.clientID)
                table.add("since", credentials.createdAt.description)
                StandardOutput.write(table.text + "secret       ".prefix(12))
                credentials.clientSecret.withSpan { StandardOutput.write($0) }
                StandardOutput.write("\n")
            }
        }
    }
}

extension CredentialField: ExpressibleByArgument {}
