package import Names
package import SecretJSON
package import SecretMemory

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
    package let profile: ProfileDocument

    package init(
        name: Name, accountID: String, clientID: String, clientSecret: consuming SecretBytes,
        marketplaceAppID: String?, environment: String?, tokenURL: String?, apiURL: String?, verify: Bool,
        profile: ProfileDocument = ProfileDocument()
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
        self.profile = profile
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
        for case (let name, let value?) in profile.values { json.member(named: name, value) }
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(
            [
                "name", "account_id", "client_id", "client_secret", "marketplace_app_id", "environment", "token_url",
                "api_url", "verify",
            ] + ProfileDocument.members, of: node)
        self.init(
            name: try document.name("name", of: node),
            accountID: try document.text("account_id", of: node),
            clientID: try document.text("client_id", of: node),
            clientSecret: try document.secret("client_secret", of: node),
            marketplaceAppID: try document.optionalText("marketplace_app_id", of: node),
            environment: try document.optionalText("environment", of: node),
            tokenURL: try document.optionalText("token_url", of: node),
            apiURL: try document.optionalText("api_url", of: node),
            verify: try document.optionalFlag("verify", of: node) ?? true,
            profile: try ProfileDocument(node, in: document))
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
