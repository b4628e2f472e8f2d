package import Domain
package import SecretJSON

/// A push target as operators see it, without password and key.
package struct TargetDocument: Equatable, Sendable, ListedDocument {
    package struct Failure: Advised, Equatable, Sendable, ListedDocument {
        package let since: Timestamp
        package let code: String
        package let advice: Advice

        package init(since: Timestamp, code: String, _ advice: Advice) {
            self.since = since
            self.code = code
            self.advice = advice
        }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            since = try members("since", \.since)
            code = try members("code", \.code)
            advice = try members.inline(\.advice)
        }
    }

    /// Where and how a token is requested; never contains the secret.
    package struct OAuth: Equatable, Sendable {
        package let tokenURL: String
        /// Scopes, separated by spaces.
        package let scope: String?
        package let authMethod: Open<OAuthClient.AuthMethod>

        package init(tokenURL: String, scope: String?, authMethod: Open<OAuthClient.AuthMethod>) {
            self.tokenURL = tokenURL
            self.scope = scope
            self.authMethod = authMethod
        }
    }

    package let name: Name
    package let app: Name
    package let adminURL: String
    package let connection: String
    package let fields: TargetFields
    /// With the user or client.
    package let login: Open<ConsoleLogin.Kind>
    package let user: String?
    /// Only for an OAuth client.
    package let oauth: OAuth?
    package let trust: Open<ConsoleTrust.Kind>
    package let pin: String?
    /// When the client certificate expires; and the pinned certificate, once it was seen, or the last of the CAs.
    package let clientCertExpires: Timestamp?
    package let trustExpires: Timestamp?
    package let replicate: Open<ReplicationMode>
    /// In seconds.
    package let settle: Int
    package let bypassesExternalValidation: Bool
    package let restoresDrift: Bool
    package let createdAt: Timestamp
    package let state: Open<TargetState>
    /// The generation that the console has.
    package let generation: Int?
    package let pushedAt: Timestamp?
    package let replicatedAt: Timestamp?
    package let lookedAt: Timestamp?
    /// Since when a secret other than the pushed one is known to be there.
    package let changedAt: Timestamp?
    package let change: TargetDrift?
    package let restoration: TargetRestoration?
    /// Other targets of the same connection, by name.
    package let sameConnection: [String]
    package let failure: Failure?
    package let provisioner: ProvisionerDocument?

    package init(
        name: Name, app: Name, adminURL: String, connection: String, fields: TargetFields, login: ConsoleLogin.Kind,
        user: String?,
        oauth: OAuth?, trust: ConsoleTrust.Kind, pin: String?, clientCertExpires: Timestamp?,
        trustExpires: Timestamp?, replicate: ReplicationMode, settle: Int, bypassesExternalValidation: Bool,
        restoresDrift: Bool, createdAt: Timestamp, state: TargetState,
        generation: Int?, pushedAt: Timestamp?, replicatedAt: Timestamp?, lookedAt: Timestamp?, changedAt: Timestamp?,
        change: TargetDrift?, restoration: TargetRestoration?, sameConnection: [String], failure: Failure?,
        provisioner: ProvisionerDocument?
    ) {
        self.name = name
        self.app = app
        self.adminURL = adminURL
        self.connection = connection
        self.fields = fields
        self.login = .known(login)
        self.user = user
        self.oauth = oauth
        self.trust = .known(trust)
        self.pin = pin
        self.clientCertExpires = clientCertExpires
        self.trustExpires = trustExpires
        self.replicate = .known(replicate)
        self.settle = settle
        self.bypassesExternalValidation = bypassesExternalValidation
        self.restoresDrift = restoresDrift
        self.createdAt = createdAt
        self.state = .known(state)
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

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        name = try members("name", \.name)
        members.derived("kind") { _ in "pingfederate" }
        app = try members("app", \.app)
        adminURL = try members("admin_url", \.adminURL)
        connection = try members("connection", \.connection)
        fields = try members.inline(\.fields)
        login = try members("login", \.login)
        user = try members.orNull("user", \.user)
        let tokenURL = try members.orNull("token_url", \.oauth?.tokenURL)
        let scope = try members.orNull("scope", \.oauth?.scope)
        let authMethod = try members.orNull("token_auth_method", \.oauth?.authMethod)
        if let tokenURL, let authMethod {
            oauth = OAuth(tokenURL: tokenURL, scope: scope, authMethod: authMethod)
        } else {
            oauth = nil
        }
        trust = try members("trust", \.trust)
        pin = try members.orNull("pin", \.pin)
        clientCertExpires = try members.orNull("client_cert_expires_at", \.clientCertExpires)
        trustExpires = try members.orNull("trust_expires_at", \.trustExpires)
        replicate = try members("replicate", \.replicate)
        settle = try members("settle", \.settle)
        bypassesExternalValidation = try members("bypass_external_validation", \.bypassesExternalValidation)
        restoresDrift = try members("restore_drift", \.restoresDrift)
        createdAt = try members("created_at", \.createdAt)
        state = try members("state", \.state)
        generation = try members.orNull("generation", \.generation)
        pushedAt = try members.orNull("pushed_at", \.pushedAt)
        replicatedAt = try members.orNull("replicated_at", \.replicatedAt)
        lookedAt = try members.orNull("looked_at", \.lookedAt)
        changedAt = try members.orNull("changed_at", \.changedAt)
        change = try members.orNull("change", \.change)
        restoration = try members.orNull("restored", \.restoration)
        sameConnection = try members("same_connection", \.sameConnection)
        failure = try members.orNull("failure", \.failure)
        provisioner = try members.orNull("provisioner", \.provisioner)
    }
}
