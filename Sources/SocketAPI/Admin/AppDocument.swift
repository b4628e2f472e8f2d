package import Names
package import SecretJSON
package import Times

/// An app as operators see it: everything but the secret, of which there is a keyed fingerprint and the length.
package struct AppDocument: Equatable, Sendable, WireDocument {
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
    /// How the secret is rotated by itself.
    package let policy: PolicyDocument
    /// What in that cannot hold together.
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

    package func writeMembers(to json: inout JSONWriter) {
        json.member("name", name.description)
        json.member("generation", generation)
        json.member("account_id", accountID)
        json.member("client_id", clientID)
        json.key("marketplace_app_id")
        if let marketplaceAppID { json.string(marketplaceAppID) } else { json.null() }
        json.member("environment", environment)
        json.member("token_url", tokenURL)
        json.member("api_url", apiURL)
        json.member("secret_fingerprint", secretFingerprint)
        json.member("secret_length", secretLength)
        json.member("secret_created_at", secretCreatedAt.description)
        json.member("created_at", createdAt.description)
        for (name, value) in profile.values {
            json.key(named: name)
            if let value { json.string(value) } else { json.null() }
        }
        json.key("rotation")
        policy.write(to: &json)
        json.member("warnings", texts: warnings)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            name: try document.name("name", of: node), generation: try document.number("generation", of: node),
            accountID: try document.text("account_id", of: node), clientID: try document.text("client_id", of: node),
            marketplaceAppID: try document.optionalText("marketplace_app_id", of: node),
            environment: try document.text("environment", of: node),
            tokenURL: try document.text("token_url", of: node), apiURL: try document.text("api_url", of: node),
            secretFingerprint: try document.text("secret_fingerprint", of: node),
            secretLength: try document.number("secret_length", of: node),
            secretCreatedAt: try document.time("secret_created_at", of: node),
            createdAt: try document.time("created_at", of: node), profile: try ProfileDocument(node, in: document),
            policy: try PolicyDocument(try document.require("rotation", of: node), in: document),
            warnings: document.member("warnings", of: node) == nil ? [] : try document.texts("warnings", of: node))
    }
}

/// How an app's secret is rotated by itself, on the wire.
package struct PolicyDocument: Equatable, Sendable, WireDocument {
    /// Seconds; `nil` for never.
    package let every: Int?
    /// Empty for any time.
    package let window: String
    package let timeZone: String
    /// Seconds.
    package let overlap: Int
    package let paused: Bool
    /// When the next one begins; `nil` for never.
    package let nextAt: Timestamp?

    package init(every: Int?, window: String, timeZone: String, overlap: Int, paused: Bool, nextAt: Timestamp?) {
        self.every = every
        self.window = window
        self.timeZone = timeZone
        self.overlap = overlap
        self.paused = paused
        self.nextAt = nextAt
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.key("every")
        if let every { json.integer(every) } else { json.null() }
        json.member("window", window)
        json.member("time_zone", timeZone)
        json.member("overlap", overlap)
        json.member("paused", paused)
        json.member("next_at", orNull: nextAt?.description)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            every: try document.optionalNumber("every", of: node), window: try document.text("window", of: node),
            timeZone: try document.text("time_zone", of: node), overlap: try document.number("overlap", of: node),
            paused: try document.flag("paused", of: node), nextAt: try document.optionalTime("next_at", of: node))
    }
}
