package import Domain
package import SecretJSON

/// How to reach a console: one of three logins, and how its certificate is trusted. Read strictly.
package struct ConsoleDraft: Sendable, ListedDocument {
    package let adminURL: String
    package let login: ConsoleLogin
    /// PEM certificates; excludes `pin`.
    package let ca: String?
    /// SHA-256 of the console's certificate, in hexadecimal.
    package let pin: String?

    package init(adminURL: String, login: ConsoleLogin, ca: String?, pin: String?) {
        self.adminURL = adminURL
        self.login = login
        self.ca = ca
        self.pin = pin
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        adminURL = try members("admin_url", \.adminURL)
        login = try members.inline(\.login, read: ConsoleLogin.init) { $0.write(to: &$1) }
        ca = try members.ifPresent("ca", \.ca)
        pin = try members.ifPresent("pin", \.pin)
    }
}

extension ConsoleLogin {
    fileprivate init(_ members: MemberReader) throws(JSONError) {
        switch (
            members.has("user", "password"),
            members.has("token_url", "client_id", "client_secret", "scope", "token_auth_method"),
            members.has("client_cert", "client_key")
        )
        {
        case (true, false, false):
            self = .basic(user: try members.value("user"), password: try members.value("password"))
        case (false, true, false): self = .clientCredentials(try members.inline())
        case (false, false, true):
            self = .certificate(chain: try members.value("client_cert"), key: try members.value("client_key"))
        case (false, false, false): throw JSONError(.missingMember, member: "user")
        default: throw JSONError(.unknownMember, member: "token_url")
        }
    }

    fileprivate func write(to json: inout JSONWriter) {
        switch self {
        case .basic(let user, let password):
            json.member("user", user)
            json.member("password", password)
        case .clientCredentials(let client): client.writeMembers(to: &json)
        case .certificate(let chain, let key):
            json.member("client_cert", chain)
            json.member("client_key", key)
        }
    }
}

/// The body of `POST /v1/targets`.
package struct TargetDraft: Sendable, ListedDocument {
    package let name: Name
    package let app: Name
    package let console: ConsoleDraft
    package let connection: String
    /// Fields that are not given are discovered.
    package let fields: TargetFields
    package let replicate: ReplicationMode?
    /// In seconds.
    package let settle: Int?
    package let bypassesExternalValidation: Bool
    package let restoresDrift: Bool
    /// The path of PingFederate's `provisioner-audit.log`, and a channel in it.
    package let provisionerLog: String?
    package let provisionerChannel: String?
    /// Whether the console must pass its checks first.
    package let verify: Bool

    package init(
        name: Name, app: Name, console: ConsoleDraft, connection: String, fields: TargetFields,
        replicate: ReplicationMode?, settle: Int?, bypassesExternalValidation: Bool = false,
        restoresDrift: Bool = false,
        provisionerLog: String? = nil, provisionerChannel: String? = nil, verify: Bool
    ) {
        self.name = name
        self.app = app
        self.console = console
        self.connection = connection
        self.fields = fields
        self.replicate = replicate
        self.settle = settle
        self.bypassesExternalValidation = bypassesExternalValidation
        self.restoresDrift = restoresDrift
        self.provisionerLog = provisionerLog
        self.provisionerChannel = provisionerChannel
        self.verify = verify
    }

    package static var isStrict: Bool { true }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        try members.constant("kind", "pingfederate")
        name = try members("name", \.name)
        app = try members("app", \.app)
        console = try members.inline(\.console)
        connection = try members("connection", \.connection)
        fields = try members.inline(\.fields)
        replicate = try members.ifPresent("replicate", \.replicate)
        settle = try members.ifPresent("settle", \.settle)
        bypassesExternalValidation = try members(
            "bypass_external_validation", \.bypassesExternalValidation, omitting: false)
        restoresDrift = try members("restore_drift", \.restoresDrift, omitting: false)
        provisionerLog = try members.ifPresent("provisioner_log", \.provisionerLog)
        provisionerChannel = try members.ifPresent("provisioner_channel", \.provisionerChannel)
        verify = try members("verify", \.verify, default: true)
    }
}

/// The settings of a connection that hold an app's values, as far as they are known.
package struct TargetFields: Equatable, Sendable, ListedDocument {
    package var accountID: String?
    package var clientID: String?
    package var clientSecret: String?

    package init(accountID: String?, clientID: String?, clientSecret: String?) {
        self.accountID = accountID
        self.clientID = clientID
        self.clientSecret = clientSecret
    }

    package var names: [String?] { [accountID, clientID, clientSecret] }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        accountID = try members.ifPresent("account_id_field", \.accountID)
        clientID = try members.ifPresent("client_id_field", \.clientID)
        clientSecret = try members.ifPresent("client_secret_field", \.clientSecret)
    }
}
