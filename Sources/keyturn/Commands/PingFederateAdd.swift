import ArgumentParser
import Glibc
import Names
import Schedule
import SecretMemory
import SocketAPI
import TerminalInput

struct PingFederateAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pingfederate", abstract: "A connection of PingFederate's that provisions Zoom users.",
        discussion: """
            The console is logged in to with a user, with an OAuth client or with a client certificate; its certificate is
            known by the system's CAs, by a CA file, or by its own SHA-256. What is not given is asked for on the terminal;
            secrets never come from an argument. Nothing is changed there until the next rotation, or target push.

            Example: keyturn target add pingfederate console --app zoom-prod --admin-url https://console:9999 --user keyturn
            """)

    @Argument(help: "What the target is called here: \(Name.grammar).") var name: Name
    @Option(help: ArgumentHelp("The app whose credentials are pushed.", valueName: "app"), completion: .apps)
    var app: Name?
    @Option(help: ArgumentHelp("Where the console is: https://CONSOLE:9999.", valueName: "url")) var adminUrl: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("The SP connection's ID.", valueName: "id"))
    var connection: String?
    @Option(help: ArgumentHelp("Log in as this administrative user.", valueName: "name")) var user: String?
    @Flag(help: "Read the user's password from standard input.") var passwordStdin = false
    @Option(help: ArgumentHelp("Log in with a token from here.", valueName: "url")) var tokenUrl: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("The OAuth client's ID.", valueName: "id"))
    var clientId: String?
    @Flag(help: "Read the OAuth client's secret from standard input.") var clientSecretStdin = false
    @Option(help: ArgumentHelp("A scope that the token is asked for with; may be given again.", valueName: "scope"))
    var scope: [String] = []
    @Option(
        help: ArgumentHelp("How the OAuth client shows its secret to the token endpoint.", valueName: "method"))
    var tokenAuthMethod: TokenAuthMethod?
    @Option(help: ArgumentHelp("Log in with this client certificate, PEM.", valueName: "file")) var clientCert: String?
    @Option(help: ArgumentHelp("Its key, PEM, not encrypted.", valueName: "file")) var clientKey: String?
    @Option(help: ArgumentHelp("Trust these authorities alone, PEM.", valueName: "file")) var caFile: String?
    @Option(help: ArgumentHelp("Trust the certificate with this SHA-256 alone.", valueName: "sha256")) var pin: String?
    @Option(help: ArgumentHelp("on-save, full or none.", valueName: "how")) var replicate: Replication?
    @Option(help: ArgumentHelp("From the engines having it to their using it.", valueName: "120s"))
    var settle: DurationText?
    @Option(parsing: .unconditional, help: ArgumentHelp("The setting for the account ID.", valueName: "name"))
    var accountIdField: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("The setting for the client ID.", valueName: "name"))
    var clientIdField: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("The setting for the client secret.", valueName: "name"))
    var clientSecretField: String?
    @Flag(help: "Have PingFederate save without trying the credentials at Zoom: for a console that cannot reach Zoom.")
    var bypassExternalValidation = false
    @Flag(help: "Put the current secret back when somebody else changed it.") var restoreDrift = false
    @Option(help: ArgumentHelp("PingFederate's provisioner-audit.log, to be read.", valueName: "path"))
    var provisionerLog: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("Only this channel's events in it.", valueName: "id"))
    var provisionerChannel: String?
    @Flag(help: "Store the target without a look at the console; all three settings must be given.") var noVerify =
        false
    @OptionGroup var common: CommonOptions

    enum Replication: String, ExpressibleByArgument, CaseIterable {
        case onSave = "on-save"
        case full, none
    }

    /// In the words of OAuth's metadata.
    enum TokenAuthMethod: String, ExpressibleByArgument, CaseIterable {
        case basic = "client_secret_basic"
        case post = "client_secret_post"
    }

    func validate() throws {
        guard caFile == nil || pin == nil else { throw ValidationError("it is --ca-file or --pin, not both") }
        guard (clientCert == nil) == (clientKey == nil) else {
            throw ValidationError("--client-cert and --client-key go together")
        }
        guard (tokenUrl == nil) == (clientId == nil) else {
            throw ValidationError("--token-url and --client-id go together")
        }
        guard tokenUrl != nil || (scope.isEmpty && tokenAuthMethod == nil) else {
            throw ValidationError("--scope and --token-auth-method go with --token-url")
        }
        let logins = [user != nil, tokenUrl != nil, clientCert != nil].count { $0 }
        guard logins <= 1 else {
            throw ValidationError("the login is a user, an OAuth client or a client certificate, one of them")
        }
        guard !passwordStdin || user != nil, !clientSecretStdin || tokenUrl != nil else {
            throw ValidationError("--password-stdin goes with --user, and --client-secret-stdin with --token-url")
        }
    }

    func run() throws {
        let app = try app ?? name(asked: "app: ", or: "--app APP")
        let adminURL = try adminUrl ?? text(asked: "console, as https://CONSOLE:9999: ", or: "--admin-url URL")
        let guide = TargetGuide(common: common)
        let login = try login()
        var pin = pin
        let authorities = try caFile.map { try Self.text(of: $0, "CA file") }
        let isGuided = adminUrl == nil || connection == nil
        if isGuided, pin == nil, authorities == nil { pin = try guide.pin(adminURL) }
        let console = ConsoleDraft(adminURL: adminURL, login: login, ca: authorities, pin: pin)
        let connection = try connection ?? guide.connection(console)
        var fields = TargetFields(
            accountID: accountIdField, clientID: clientIdField, clientSecret: clientSecretField)
        if self.connection == nil { fields = try guide.fields(console, connection, fields) }
        let draft = TargetDraft(
            name: name, app: app, console: console, connection: connection, fields: fields,
            replicate: replicate?.rawValue, settle: settle?.seconds,
            bypassesExternalValidation: bypassExternalValidation, restoresDrift: restoreDrift,
            provisionerLog: provisionerLog, provisionerChannel: provisionerChannel, verify: !noVerify)
        let answer = try common.admin.send(.post, "/v1/targets", body: draft.render(), within: .seconds(300))
        try common.show(answer, as: AddedTarget.self) { added in
            StandardOutput.write("stored \(added.target.name); nothing was changed at the console\n")
            StandardOutput.write(added.verification.text)
            StandardOutput.write("  try: keyturn target push \(added.target.name), or wait for the next rotation\n")
        }
    }

    private func login() throws -> ConsoleDraft.Login {
        if let tokenUrl, let clientId {
            let secret = try secret("client secret", clientSecretStdin, "--client-secret-stdin")
            return .clientCredentials(
                .init(
                    tokenURL: tokenUrl, clientID: clientId, secret: secret,
                    scope: scope.isEmpty ? nil : scope.joined(separator: " "), authMethod: tokenAuthMethod?.rawValue))
        }
        if let clientCert, let clientKey {
            let key = SecretBox(try Self.file(clientKey, "client key"))
            return .certificate(chain: try Self.text(of: clientCert, "client certificate"), key: key)
        }
        let user = try user ?? text(asked: "user at the console: ", or: "--user U --password-stdin")
        return .basic(user: user, password: try secret("password", passwordStdin, "--password-stdin"))
    }

    private func secret(_ what: String, _ isPiped: Bool, _ option: String) throws -> SecretBox {
        let entered =
            isPiped
            ? try SecretInput.fromStandardInput(what: what)
            : try SecretInput.fromTerminal(prompt: "\(what): ", what: what, insteadOf: option)
        if entered.wasTrimmed { complain("keyturn: there was white space around the \(what); it was left out") }
        return SecretBox(entered.bytes.copy())
    }

    private func text(asked prompt: String, or option: String) throws -> String {
        guard let line = Question.line(prompt), !line.isEmpty else {
            throw CommandFailure(.usage, "not all was given that is needed", try: option)
        }
        return line
    }

    private func name(asked prompt: String, or option: String) throws -> Name {
        guard let name = Name(try text(asked: prompt, or: option)) else {
            throw CommandFailure(.usage, "an app's name is \(Name.grammar)", try: "keyturn app list")
        }
        return name
    }

    private static func text(of path: String, _ what: String) throws -> String {
        try file(path, what).withSpan { String(decoding: $0.array, as: UTF8.self) }
    }

    private static func file(_ path: String, _ what: String) throws -> SecretBytes {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure(.inputOutput, "the \(what) cannot be read: \(unsafe String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var text = SecretBuffer(capacity: 65_536)
        var byte: UInt8 = 0
        while text.count < 65_536, unsafe read(descriptor, &byte, 1) == 1 { text.append(byte) }
        byte = 0
        return text.finish()
    }
}
