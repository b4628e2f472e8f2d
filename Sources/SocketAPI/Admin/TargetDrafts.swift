package import Names
package import SecretJSON
package import SecretMemory

/// How a console is reached and logged in to: one of three logins, and what its certificate is known by. Read strictly.
package struct ConsoleDraft: Sendable, WireDocument {
    package enum Login: Sendable {
        case basic(user: String, password: SecretBox)
        case clientCredentials(OAuthClient)
        /// PEM, both.
        case certificate(chain: String, key: SecretBox)
    }

    package struct OAuthClient: Sendable {
        package let tokenURL: String
        package let clientID: String
        package let secret: SecretBox
        /// Scopes with spaces between them, as OAuth has them.
        package let scope: String?
        /// `client_secret_basic` or `client_secret_post`.
        package let authMethod: String?

        package init(tokenURL: String, clientID: String, secret: SecretBox, scope: String?, authMethod: String?) {
            self.tokenURL = tokenURL
            self.clientID = clientID
            self.secret = secret
            self.scope = scope
            self.authMethod = authMethod
        }
    }

    static let members = [
        "admin_url", "user", "password", "token_url", "client_id", "client_secret", "scope", "token_auth_method",
        "client_cert", "client_key", "ca", "pin",
    ]

    package let adminURL: String
    package let login: Login
    /// PEM certificates; at most one of the two.
    package let ca: String?
    /// SHA-256 of the console's certificate, in hexadecimal.
    package let pin: String?

    package init(adminURL: String, login: Login, ca: String?, pin: String?) {
        self.adminURL = adminURL
        self.login = login
        self.ca = ca
        self.pin = pin
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("admin_url", adminURL)
        switch login {
        case .basic(let user, let password):
            json.member("user", user)
            json.member("password", secret: password.bytes)
        case .clientCredentials(let client):
            json.member("token_url", client.tokenURL)
            json.member("client_id", client.clientID)
            json.member("client_secret", secret: client.secret.bytes)
            if let scope = client.scope { json.member("scope", scope) }
            if let method = client.authMethod { json.member("token_auth_method", method) }
        case .certificate(let chain, let key):
            json.member("client_cert", chain)
            json.member("client_key", secret: key.bytes)
        }
        if let ca { json.member("ca", ca) }
        if let pin { json.member("pin", pin) }
    }

    /// Reads its members out of an object that may have others, which its caller has checked.
    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            adminURL: try document.text("admin_url", of: node), login: try Self.login(node, document),
            ca: try document.optionalText("ca", of: node), pin: try document.optionalText("pin", of: node))
    }

    private static func login(_ node: JSONNode, _ document: borrowing JSONDocument) throws(JSONError) -> Login {
        func has(_ names: String...) -> Bool { names.contains { document.member($0, of: node) != nil } }
        switch (
            has("user", "password"), has("token_url", "client_id", "client_secret", "scope", "token_auth_method"),
            has("client_cert", "client_key")
        )
        {
        case (true, false, false):
            return .basic(
                user: try document.text("user", of: node),
                password: SecretBox(try document.secret("password", of: node)))
        case (false, true, false):
            return .clientCredentials(
                OAuthClient(
                    tokenURL: try document.text("token_url", of: node),
                    clientID: try document.text("client_id", of: node),
                    secret: SecretBox(try document.secret("client_secret", of: node)),
                    scope: try document.optionalText("scope", of: node),
                    authMethod: try document.optionalText("token_auth_method", of: node)))
        case (false, false, true):
            return .certificate(
                chain: try document.text("client_cert", of: node),
                key: SecretBox(try document.secret("client_key", of: node)))
        case (false, false, false): throw JSONError(.missingMember, member: "user")
        default: throw JSONError(.unknownMember, member: "token_url")
        }
    }
}

/// The body of `POST /v1/targets`.
package struct TargetDraft: Sendable, WireDocument {
    package let name: Name
    package let app: Name
    package let console: ConsoleDraft
    package let connection: String
    /// What is not given is discovered.
    package let fields: TargetFields
    /// `on-save`, `full` or `none`.
    package let replicate: String?
    /// Seconds.
    package let settle: Int?
    package let bypassesExternalValidation: Bool
    package let restoresDrift: Bool
    /// The path of PingFederate's `provisioner-audit.log`, and a channel in it.
    package let provisionerLog: String?
    package let provisionerChannel: String?
    /// Whether the console must answer as hoped for first.
    package let verify: Bool

    package init(
        name: Name, app: Name, console: ConsoleDraft, connection: String, fields: TargetFields,
        replicate: String?, settle: Int?, bypassesExternalValidation: Bool = false, restoresDrift: Bool = false,
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

    package func writeMembers(to json: inout JSONWriter) {
        json.member("kind", "pingfederate")
        json.member("name", name.description)
        json.member("app", app.description)
        console.writeMembers(to: &json)
        json.member("connection", connection)
        fields.writeMembers(to: &json)
        if let replicate { json.member("replicate", replicate) }
        if let settle { json.member("settle", settle) }
        if bypassesExternalValidation { json.member("bypass_external_validation", true) }
        if restoresDrift { json.member("restore_drift", true) }
        if let provisionerLog { json.member("provisioner_log", provisionerLog) }
        if let provisionerChannel { json.member("provisioner_channel", provisionerChannel) }
        json.member("verify", verify)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(
            [
                "kind", "name", "app", "connection", "replicate", "settle", "bypass_external_validation",
                "restore_drift", "provisioner_log", "provisioner_channel", "verify",
            ] + TargetFields.members + ConsoleDraft.members, of: node)
        guard try document.text("kind", of: node) == "pingfederate" else {
            throw JSONError(.outOfRange, member: "kind")
        }
        self.init(
            name: try document.name("name", of: node), app: try document.name("app", of: node),
            console: try ConsoleDraft(node, in: document), connection: try document.text("connection", of: node),
            fields: try TargetFields(node, in: document), replicate: try document.optionalText("replicate", of: node),
            settle: try document.optionalNumber("settle", of: node),
            bypassesExternalValidation: try document.optionalFlag("bypass_external_validation", of: node) ?? false,
            restoresDrift: try document.optionalFlag("restore_drift", of: node) ?? false,
            provisionerLog: try document.optionalText("provisioner_log", of: node),
            provisionerChannel: try document.optionalText("provisioner_channel", of: node),
            verify: try document.optionalFlag("verify", of: node) ?? true)
    }
}

/// The settings of a connection that hold an app's values, as far as they are known.
package struct TargetFields: Equatable, Sendable, WireDocument {
    static let members = ["account_id_field", "client_id_field", "client_secret_field"]

    package var accountID: String?
    package var clientID: String?
    package var clientSecret: String?

    package init(accountID: String?, clientID: String?, clientSecret: String?) {
        self.accountID = accountID
        self.clientID = clientID
        self.clientSecret = clientSecret
    }

    /// In the order of ``members``.
    package var names: [String?] { [accountID, clientID, clientSecret] }

    package func writeMembers(to json: inout JSONWriter) {
        for case (let member, let name?) in zip(Self.members, names) { json.member(named: member, name) }
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            accountID: try document.optionalText("account_id_field", of: node),
            clientID: try document.optionalText("client_id_field", of: node),
            clientSecret: try document.optionalText("client_secret_field", of: node))
    }
}
