package import Names
package import SecretJSON
package import SecretMemory
package import Times

/// The body of `POST /v1/apps`: an app to be stored. Read strictly.
package struct AppDraft: ~Copyable, WireDocument {
    package let name: Name
    package let accountID: String
    package let clientID: String
    package let clientSecret: SecretBytes
    package let marketplaceAppID: String?
    /// `commercial` or `government`; `nil` with both addresses.
    package let environment: String?
    package let tokenURL: String?
    package let apiURL: String?
    /// Whether Zoom must accept the credentials first.
    package let verify: Bool

    package init(
        name: Name, accountID: String, clientID: String, clientSecret: consuming SecretBytes,
        marketplaceAppID: String?, environment: String?, tokenURL: String?, apiURL: String?, verify: Bool
    ) {
        self.name = name
        self.accountID = accountID
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.marketplaceAppID = marketplaceAppID
        self.environment = environment
        self.tokenURL = tokenURL
        self.apiURL = apiURL
        self.verify = verify
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("name", name.description)
        json.member("account_id", accountID)
        json.member("client_id", clientID)
        json.member("client_secret", secret: clientSecret)
        if let marketplaceAppID { json.member("marketplace_app_id", marketplaceAppID) }
        if let environment { json.member("environment", environment) }
        if let tokenURL { json.member("token_url", tokenURL) }
        if let apiURL { json.member("api_url", apiURL) }
        json.member("verify", verify)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(
            [
                "name", "account_id", "client_id", "client_secret", "marketplace_app_id", "environment", "token_url",
                "api_url", "verify",
            ], of: node)
        self.init(
            name: try document.name("name", of: node),
            accountID: try document.text("account_id", of: node),
            clientID: try document.text("client_id", of: node),
            clientSecret: try document.secret("client_secret", of: node),
            marketplaceAppID: try document.optionalText("marketplace_app_id", of: node),
            environment: try document.optionalText("environment", of: node),
            tokenURL: try document.optionalText("token_url", of: node),
            apiURL: try document.optionalText("api_url", of: node),
            verify: try document.optionalFlag("verify", of: node) ?? true)
    }
}

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

    package init(
        name: Name, generation: Int, accountID: String, clientID: String, marketplaceAppID: String?,
        environment: String, tokenURL: String, apiURL: String, secretFingerprint: String, secretLength: Int,
        secretCreatedAt: Timestamp, createdAt: Timestamp
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
            createdAt: try document.time("created_at", of: node))
    }
}

/// The answer to `GET /v1/apps` of the admin socket, by name.
package struct AppList: Equatable, Sendable, WireDocument {
    package let apps: [AppDocument]

    package init(apps: [AppDocument]) { self.apps = apps }

    package func writeMembers(to json: inout JSONWriter) { json.member("apps", list: apps) }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        apps = try document.list("apps", of: node)
    }
}
