import ArgumentParser
import Domain
import Glibc
import Guide
import SecretMemory
import SocketAPI
import Terminal

struct AppAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add an app after verifying its credentials with Zoom.",
        discussion: """
            On a terminal and without --account-id and --client-id it guides you through the Zoom App Marketplace step by step:
            what to do there, what to copy and why. You can quit at any question, and continue later with the same
            command.

            The three values are on the App Credentials page of the app in the Marketplace. Missing values are asked for
            on the terminal; the secret never comes from an argument.

            Example: keyturn app add zoom-prod
            Example: keyturn app add zoom-prod --account-id A --client-id C --secret-stdin < secret
            """)

    @Argument(help: "The app's name in Keyturn: \(Name.grammar).") var name: Name?
    // Zoom's IDs may begin with a dash, so the value after the option is accepted whatever it looks like.
    @Option(parsing: .unconditional, help: ArgumentHelp("Zoom's account ID.", valueName: "id")) var accountId: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("Zoom's client ID.", valueName: "id")) var clientId: String?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The Marketplace's own ID of the app; rotation through Zoom's API needs it.", valueName: "id"))
    var marketplaceAppId: String?
    @Option(help: ArgumentHelp("commercial or government.", valueName: "name")) var environment: ZoomEnvironment.Kind?
    @Option(help: ArgumentHelp("Mint tokens here instead; with --api-url.", valueName: "url")) var tokenUrl: String?
    @Option(help: ArgumentHelp("Call the API here instead; with --token-url.", valueName: "url")) var apiUrl: String?
    @Flag(help: "Read the client secret from standard input.") var secretStdin = false
    @Flag(help: "Store the app without verifying it with Zoom.") var noVerify = false
    @OptionGroup var record: ProfileOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (tokenUrl == nil) == (apiUrl == nil) else {
            throw ValidationError("--token-url and --api-url need each other")
        }
        guard environment == nil || tokenUrl == nil else {
            throw ValidationError("use either --environment or --token-url and --api-url")
        }
    }

    func run() throws {
        if isGuided {
            var guide = try AppGuide(try name ?? Self.askName(), common, record, given: fill)
            return try guide.run()
        }
        guard let name else { throw CommandFailure(.usage, "the app's name is missing", try: "keyturn app add NAME") }
        let accountID = try value(accountId, "account ID", "--account-id")
        let clientID = try value(clientId, "client ID", "--client-id")
        let secret =
            secretStdin
            ? try SecretInput.fromStandardInput(what: "client secret")
            : try SecretInput.fromTerminal(
                prompt: "client secret: ", what: "client secret", insteadOf: "--secret-stdin")
        if secret.wasTrimmed { complainOfWhiteSpace(around: "client secret") }
        let draft = AppDraft(
            name: name, accountID: accountID, clientID: clientID, clientSecret: secret.bytes.copy(),
            marketplaceAppID: try marketplaceAppId.map { try trimmed($0, "Marketplace app ID") },
            environment: environment, tokenURL: tokenUrl, apiURL: apiUrl, verify: !noVerify,
            profile: record.profile, labels: record.labels)
        try common.show(try common.admin.send(.post, "/v1/apps", body: draft.render()), as: AddedApp.self) { added in
            StandardOutput.write("stored \(added.app.name), generation \(added.app.generation)\n")
            StandardOutput.write(added.verification.text)
        }
    }

    private var isGuided: Bool {
        accountId == nil && clientId == nil && !secretStdin && !noVerify && !common.json && Question.isPossible
    }

    /// Values from flags are not asked for again.
    private func fill(_ draft: inout GuideDraft) {
        if let marketplaceAppId { draft.set(.marketplaceAppID, marketplaceAppId) }
        for field in AppProfile.Field.allCases {
            if let asked = MarketplaceField(rawValue: field.rawValue), let value = record.profile[field] {
                draft.set(asked, value)
            }
        }
        if environment != nil || tokenUrl != nil {
            (draft.environment, draft.tokenURL, draft.apiURL) = (environment, tokenUrl, apiUrl)
        }
    }

    private static func askName() throws -> Name {
        let drafts = DraftFile.names
        if !drafts.isEmpty { complain("started before: \(drafts.map(\.description).joined(separator: ", "))") }
        while let line = Question.line("name for the app in Keyturn, such as zoom-prod: "), line != "q" {
            if let name = Name(line) { return name }
            complain(
                wrapped("a name is \(Name.grammar)", width: Screen.width(of: STDERR_FILENO)), terminator: "")
        }
        throw CommandFailure(.usage, "nothing was changed")
    }

    private func value(_ given: String?, _ what: String, _ option: String) throws -> String {
        if let given { return try trimmed(given, what) }
        guard Question.isPossible else {
            throw CommandFailure(.usage, "the \(what) is missing", try: "\(option) ID")
        }
        return try trimmed(Question.raw(what + ": ") ?? "", what)
    }

    private func trimmed(_ text: String, _ what: String) throws -> String {
        let bytes = Array(text.utf8)
        let inner = bytes.drop { $0 <= 0x20 }.reversed().drop { $0 <= 0x20 }.reversed()
        guard !inner.isEmpty else { throw CommandFailure(.usage, "the \(what) is empty") }
        if inner.count < bytes.count { complainOfWhiteSpace(around: what) }
        return String(decoding: inner, as: UTF8.self)
    }
}

/// `custom` is told by its addresses.
extension ZoomEnvironment.Kind: ExpressibleByArgument {
    public static var allValueStrings: [String] { [Self.commercial, .government].map(\.rawValue) }

    public init?(argument: String) {
        guard Self.allValueStrings.contains(argument) else { return nil }
        self.init(rawValue: argument)
    }
}
