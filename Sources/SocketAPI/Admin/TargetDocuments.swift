package import Names
package import SecretJSON
package import Times

/// A push target as operators see it: no password and no key.
package struct TargetDocument: Equatable, Sendable, WireDocument {
    /// How far the credentials got.
    package enum State: String, Sendable {
        /// The console has not been given anything yet.
        case new
        /// It has an older generation than the current one.
        case behind
        /// It has the current one, and its engines not yet, or do not use it yet.
        case replicating, settling
        case current
    }

    package struct Failure: Equatable, Sendable, WireDocument {
        package let since: Timestamp
        package let code: String
        package let detail: String
        package let hint: String?

        package init(since: Timestamp, code: String, detail: String, hint: String?) {
            self.since = since
            self.code = code
            self.detail = detail
            self.hint = hint
        }

        package func writeMembers(to json: inout JSONWriter) {
            json.member("since", since.description)
            json.member("code", code)
            json.member("detail", detail)
            if let hint { json.member("try", hint) }
        }

        package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
            self.init(
                since: try document.time("since", of: node), code: try document.text("code", of: node),
                detail: try document.text("detail", of: node), hint: try document.optionalText("try", of: node))
        }
    }

    /// Where a token is asked for, and how; never with which secret.
    package struct OAuth: Equatable, Sendable {
        package let tokenURL: String
        /// Scopes with spaces between them.
        package let scope: String?
        package let authMethod: String

        package init(tokenURL: String, scope: String?, authMethod: String) {
            self.tokenURL = tokenURL
            self.scope = scope
            self.authMethod = authMethod
        }

        fileprivate init?(ifPresent node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
            guard let url = try document.optionalText("token_url", of: node) else { return nil }
            self.init(
                tokenURL: url, scope: try document.optionalText("scope", of: node),
                authMethod: try document.text("token_auth_method", of: node))
        }
    }

    package let name: Name
    package let app: Name
    package let adminURL: String
    package let connection: String
    package let fields: TargetFields
    /// `basic`, `client_credentials` or `certificate`, and the user or client.
    package let login: String
    package let user: String?
    /// Of an OAuth client alone.
    package let oauth: OAuth?
    /// `system`, `ca`, or `pin`, with the pin.
    package let trust: String
    package let pin: String?
    /// When the client certificate expires; and the pinned certificate, once it was met, or the last of the CAs.
    package let clientCertExpires: Timestamp?
    package let trustExpires: Timestamp?
    package let replicate: String
    /// Seconds.
    package let settle: Int
    package let bypassesExternalValidation: Bool
    package let restoresDrift: Bool
    package let createdAt: Timestamp
    package let state: State
    /// What the console has.
    package let generation: Int?
    package let pushedAt: Timestamp?
    package let replicatedAt: Timestamp?
    package let lookedAt: Timestamp?
    /// Since when the secret there is known to be another than the one that was pushed.
    package let changedAt: Timestamp?
    package let change: TargetDrift?
    package let restoration: TargetRestoration?
    /// Other targets of the same connection, by name.
    package let sameConnection: [String]
    package let failure: Failure?
    package let provisioner: ProvisionerDocument?

    package init(
        name: Name, app: Name, adminURL: String, connection: String, fields: TargetFields, login: String, user: String?,
        oauth: OAuth?, trust: String, pin: String?, clientCertExpires: Timestamp?,
        trustExpires: Timestamp?, replicate: String, settle: Int, bypassesExternalValidation: Bool,
        restoresDrift: Bool, createdAt: Timestamp, state: State,
        generation: Int?, pushedAt: Timestamp?, replicatedAt: Timestamp?, lookedAt: Timestamp?, changedAt: Timestamp?,
        change: TargetDrift?, restoration: TargetRestoration?, sameConnection: [String], failure: Failure?,
        provisioner: ProvisionerDocument?
    ) {
        self.name = name
        self.app = app
        self.adminURL = adminURL
        self.connection = connection
        self.fields = fields
        self.login = login
        self.user = user
        self.oauth = oauth
        self.trust = trust
        self.pin = pin
        self.clientCertExpires = clientCertExpires
        self.trustExpires = trustExpires
        self.replicate = replicate
        self.settle = settle
        self.bypassesExternalValidation = bypassesExternalValidation
        self.restoresDrift = restoresDrift
        self.createdAt = createdAt
        self.state = state
        self.generation = generation
        self.pushedAt = pushedAt
        self.replicatedAt = replicatedAt
        self.lookedAt = lookedAt
        self.changedAt = changedAt
        self.change = change
        self.restoration = restoration
        self.sameConnection = sameConnection
        self.failure = failure
        self.provisioner = provisioner
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("name", name.description)
        json.member("kind", "pingfederate")
        json.member("app", app.description)
        json.member("admin_url", adminURL)
        json.member("connection", connection)
        fields.writeMembers(to: &json)
        json.member("login", login)
        json.member("user", orNull: user)
        json.member("token_url", orNull: oauth?.tokenURL)
        json.member("scope", orNull: oauth?.scope)
        json.member("token_auth_method", orNull: oauth?.authMethod)
        json.member("trust", trust)
        json.member("pin", orNull: pin)
        json.member("client_cert_expires_at", orNull: clientCertExpires?.description)
        json.member("trust_expires_at", orNull: trustExpires?.description)
        json.member("replicate", replicate)
        json.member("settle", settle)
        json.member("bypass_external_validation", bypassesExternalValidation)
        json.member("restore_drift", restoresDrift)
        json.member("created_at", createdAt.description)
        json.member("state", state.rawValue)
        json.member("generation", orNull: generation)
        json.member("pushed_at", orNull: pushedAt?.description)
        json.member("replicated_at", orNull: replicatedAt?.description)
        json.member("looked_at", orNull: lookedAt?.description)
        json.member("changed_at", orNull: changedAt?.description)
        json.member("change", orNull: change)
        json.member("restored", orNull: restoration)
        json.member("same_connection", texts: sameConnection)
        json.member("failure", orNull: failure)
        json.member("provisioner", orNull: provisioner)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        guard let state = State(rawValue: try document.text("state", of: node)) else {
            throw JSONError(.outOfRange, member: "state")
        }
        self.init(
            name: try document.name("name", of: node), app: try document.name("app", of: node),
            adminURL: try document.text("admin_url", of: node), connection: try document.text("connection", of: node),
            fields: try TargetFields(node, in: document), login: try document.text("login", of: node),
            user: try document.optionalText("user", of: node), oauth: try OAuth(ifPresent: node, in: document),
            trust: try document.text("trust", of: node), pin: try document.optionalText("pin", of: node),
            clientCertExpires: try document.optionalTime("client_cert_expires_at", of: node),
            trustExpires: try document.optionalTime("trust_expires_at", of: node),
            replicate: try document.text("replicate", of: node), settle: try document.number("settle", of: node),
            bypassesExternalValidation: try document.flag("bypass_external_validation", of: node),
            restoresDrift: try document.flag("restore_drift", of: node),
            createdAt: try document.time("created_at", of: node),
            state: state, generation: try document.optionalNumber("generation", of: node),
            pushedAt: try document.optionalTime("pushed_at", of: node),
            replicatedAt: try document.optionalTime("replicated_at", of: node),
            lookedAt: try document.optionalTime("looked_at", of: node),
            changedAt: try document.optionalTime("changed_at", of: node),
            change: try document.optionalDocument("change", of: node),
            restoration: try document.optionalDocument("restored", of: node),
            sameConnection: try document.texts("same_connection", of: node),
            failure: try document.optionalDocument("failure", of: node),
            provisioner: try document.optionalDocument("provisioner", of: node))
    }
}
