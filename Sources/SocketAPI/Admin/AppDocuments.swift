package import Domain
package import SecretJSON
package import SecretMemory

/// The body of `POST /v1/apps`: an app to store. Read strictly.
package struct AppDraft: ~Copyable, WireDocument {
    package let name: Name
    package let accountID: String
    package let clientID: String
    package let clientSecret: SecretBytes
    package let marketplaceAppID: String?
    /// `nil` for the commercial one, or when both addresses are given.
    package let environment: ZoomEnvironment.Kind?
    package let tokenURL: String?
    package let apiURL: String?
    /// Whether Zoom must accept the credentials first.
    package let verify: Bool
    package let profile: AppProfile
    package let labels: Labels

    package init(
        name: Name, accountID: String, clientID: String, clientSecret: consuming SecretBytes,
        marketplaceAppID: String?, environment: ZoomEnvironment.Kind?, tokenURL: String?, apiURL: String?, verify: Bool,
        profile: AppProfile = AppProfile(), labels: Labels = Labels()
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
        self.labels = labels
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("name", name)
        json.member("account_id", accountID)
        json.member("client_id", clientID)
        json.member("client_secret", secret: clientSecret)
        json.member("marketplace_app_id", ifPresent: marketplaceAppID)
        json.member("environment", ifPresent: environment)
        json.member("token_url", ifPresent: tokenURL)
        json.member("api_url", ifPresent: apiURL)
        json.member("verify", verify)
        profile.writeMembers(to: &json)
        json.member("labels", ifPresent: labels.isEmpty ? nil : labels)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self = try MemberReader.strictly(node, in: document) { members throws(JSONError) in
            AppDraft(
                name: try members.value("name"), accountID: try members.value("account_id"),
                clientID: try members.value("client_id"), clientSecret: try members.secret("client_secret"),
                marketplaceAppID: try members.optional("marketplace_app_id"),
                environment: try members.optional("environment"), tokenURL: try members.optional("token_url"),
                apiURL: try members.optional("api_url"), verify: try members.optional("verify") ?? true,
                profile: try members.inline(), labels: try members.optional("labels") ?? Labels())
        }
    }
}

/// The answer to `GET /v1/apps` of the admin socket, by name.
package struct AppList: Equatable, Sendable, ListedDocument {
    package let apps: [AppDocument]

    package init(apps: [AppDocument]) { self.apps = apps }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        apps = try members("apps", \.apps)
    }
}
