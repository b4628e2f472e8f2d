import ArgumentParser
import Domain
import SecretMemory
import SocketAPI
import Terminal

struct FetchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Fetch credentials from the agent socket, as PingFederate does.",
        discussion: """
            With --field, only the value is printed. With --after N, only credentials newer than generation N are printed; \
            it exits with 75 if there are none, with --wait after that time.

            Example: keyturn fetch zoom-prod --field client_secret
            Example: keyturn fetch zoom-prod --after 3 --wait 5m
            """)

    @Argument(completion: .grantedApps) var name: Name
    @Option(help: ArgumentHelp("account_id, client_id or client_secret.", valueName: "field")) var field:
        CredentialField?
    @Option(help: ArgumentHelp("Only a generation newer than this one.", valueName: "n")) var after: Int?
    @Option(help: ArgumentHelp("How long to wait for a newer one, at most 5m.", valueName: "duration")) var wait:
        DurationText?
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard wait == nil || after != nil else { throw ValidationError("--wait needs --after") }
        guard after == nil || field == nil else { throw ValidationError("--after cannot be combined with --field") }
        guard after ?? 0 >= 0 else { throw ValidationError("a generation is at least 0") }
    }

    func run() throws {
        if let field {
            let answer = try common.agent.send(.get, "/v1/apps/\(name)/credentials/\(field)")
            try common.show(answer, as: FieldAnswer.self) { field in
                field.value.withSpan { StandardOutput.write($0) }
                StandardOutput.write("\n")
            }
        } else {
            let answer = try credentials()
            try common.show(answer, as: CredentialsAnswer.self) { credentials in
                var table = TextTable()
                table.add("app", credentials.app.description)
                table.add("generation", String(credentials.generation))
                table.add("account ID", credentials.accountID)
                table.add("client ID", credentials.clientID)
                table.add("since", credentials.createdAt.description)
                StandardOutput.write(table.fitted + "secret       ".prefix(12))
                credentials.clientSecret.withSpan { StandardOutput.write($0) }
                StandardOutput.write("\n")
            }
        }
    }
}

extension FetchCommand {
    private func credentials() throws -> Answer {
        guard let after else { return try common.agent.send(.get, "/v1/apps/\(name)/credentials") }
        let wait = wait?.seconds ?? 0
        let answer = try common.agent.send(
            .get, "/v1/apps/\(name)/credentials?after=\(after)&wait=\(wait)", within: .seconds(60 + wait))
        guard answer.status != 304 else {
            throw CommandFailure(
                .temporary, "there is no generation newer than \(after)", try: "use a longer --wait, or try again")
        }
        return answer
    }
}

extension CredentialField: ExpressibleByArgument {}
