package import Domain
package import SecretJSON

/// An app as operators see it: everything except the secret, of which only a keyed fingerprint and the length are shown.
package struct AppDocument: Equatable, Sendable, ListedDocument {
    package let name: Name
    package let generation: Int
    package let accountID: String
    package let clientID: String
    package let marketplaceAppID: String?
    package let environment: Open<ZoomEnvironment.Kind>
    package let tokenURL: String
    package let apiURL: String
    package let secretFingerprint: String
    package let secretLength: Int
    package let secretCreatedAt: Timestamp
    package let createdAt: Timestamp
    package let profile: AppProfile
    package let labels: Labels
    /// How the secret is rotated automatically.
    package let policy: PolicyDocument
    /// Contradictions in the policy.
    package let warnings: [String]

    package init(
        name: Name, generation: Int, accountID: String, clientID: String, marketplaceAppID: String?,
        environment: ZoomEnvironment, tokenURL: String, apiURL: String, secretFingerprint: String, secretLength: Int,
        secretCreatedAt: Timestamp, createdAt: Timestamp, profile: AppProfile, labels: Labels,
        policy: PolicyDocument, warnings: [String]
    ) {
        self.name = name
        self.generation = generation
        self.accountID = accountID
        self.clientID = clientID
        self.marketplaceAppID = marketplaceAppID
        self.environment = .known(environment.kind)
        self.tokenURL = tokenURL
        self.apiURL = apiURL
        self.secretFingerprint = secretFingerprint
        self.secretLength = secretLength
        self.secretCreatedAt = secretCreatedAt
        self.createdAt = createdAt
        self.profile = profile
        self.labels = labels
        self.policy = policy
        self.warnings = warnings
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        name = try members("name", \.name)
        generation = try members("generation", \.generation)
        accountID = try members("account_id", \.accountID)
        clientID = try members("client_id", \.clientID)
        marketplaceAppID = try members.orNull("marketplace_app_id", \.marketplaceAppID)
        environment = try members("environment", \.environment)
        tokenURL = try members("token_url", \.tokenURL)
        apiURL = try members("api_url", \.apiURL)
        secretFingerprint = try members("secret_fingerprint", \.secretFingerprint)
        secretLength = try members("secret_length", \.secretLength)
        secretCreatedAt = try members("secret_created_at", \.secretCreatedAt)
        createdAt = try members("created_at", \.createdAt)
        profile = try members.inline(\.profile, withNulls: true)
        labels = try members("labels", \.labels, default: Labels())
        policy = try members("rotation", \.policy)
        warnings = try members("warnings", \.warnings, default: [])
    }
}

/// How an app's secret is rotated automatically, and when next.
package struct PolicyDocument: Equatable, Sendable, ListedDocument {
    package let policy: RotationPolicy
    /// When the next rotation starts; `nil` for never.
    package let nextAt: Timestamp?

    package init(_ policy: RotationPolicy, nextAt: Timestamp?) {
        self.policy = policy
        self.nextAt = nextAt
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        policy = try members.inline(\.policy, withNulls: true)
        nextAt = try members.orNull("next_at", \.nextAt)
    }
}
