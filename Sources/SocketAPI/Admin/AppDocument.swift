package import Domain
package import SecretJSON

/// An app as operators see it: everything except the secret, of which only a keyed fingerprint and the length are shown.
package struct AppDocument: Equatable, Sendable, ListedDocument {
    package let name: Name
    package let generation: Int
    package let accountID: String
    package let clientID: String
    package let marketplaceAppID: String?
    package let environment: String
    package let tokenURL: String
    package let apiURL: String
    package let secretFingerprint: String
    package let secretLength: Int
    package let secretCreatedAt: Timestamp
    package let createdAt: Timestamp
    package let profile: ProfileDocument
    /// How the secret is rotated automatically.
    package let policy: PolicyDocument
    /// Contradictions in the policy.
    package let warnings: [String]

    package init(
        name: Name, generation: Int, accountID: String, clientID: String, marketplaceAppID: String?,
        environment: String, tokenURL: String, apiURL: String, secretFingerprint: String, secretLength: Int,
        secretCreatedAt: Timestamp, createdAt: Timestamp, profile: ProfileDocument, policy: PolicyDocument,
        warnings: [String]
    ) {
        self.name = name
        self.generation = generation
        self.accountID = accountID
        self.clientID = clientID
        self.marketplaceAppID = marketplaceAppID
        self.environment = environment
        self.tokenURL = tokenURL
        self.apiURL = apiURL
        self.secretFingerprint = secretFingerprint
        self.secretLength = secretLength
        self.secretCreatedAt = secretCreatedAt
        self.createdAt = createdAt
        self.profile = profile
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
        policy = try members("rotation", \.policy)
        warnings = try members("warnings", \.warnings, default: [])
    }
}

/// How an app's secret is rotated automatically, on the wire.
package struct PolicyDocument: Equatable, Sendable, ListedDocument {
    /// In seconds; `nil` for never.
    package let every: Int?
    /// Empty for any time.
    package let window: String
    package let timeZone: String
    /// In seconds.
    package let overlap: Int
    package let paused: Bool
    /// When the next rotation starts; `nil` for never.
    package let nextAt: Timestamp?

    package init(every: Int?, window: String, timeZone: String, overlap: Int, paused: Bool, nextAt: Timestamp?) {
        self.every = every
        self.window = window
        self.timeZone = timeZone
        self.overlap = overlap
        self.paused = paused
        self.nextAt = nextAt
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        every = try members.orNull("every", \.every)
        window = try members("window", \.window)
        timeZone = try members("time_zone", \.timeZone)
        overlap = try members("overlap", \.overlap)
        paused = try members("paused", \.paused)
        nextAt = try members.orNull("next_at", \.nextAt)
    }
}
