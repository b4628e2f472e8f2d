/// What an app is made from; what is missing is generated.
package struct AppProfile: Sendable, ControlBody {
    package var accountID: String?
    package var clientID: String?
    package var clientSecret: String?
    package var marketplaceAppID: String?
    package var owner: String?
    package var scopes: [String]?
    package var active: Bool?

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case accountID = "account_id", clientID = "client_id", clientSecret = "client_secret"
        case marketplaceAppID = "marketplace_app_id", owner, scopes, active
    }

    package init(
        accountID: String? = nil, clientID: String? = nil, clientSecret: String? = nil, marketplaceAppID: String? = nil,
        owner: String? = nil, scopes: [String]? = nil, active: Bool? = nil
    ) {
        self.accountID = accountID
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.marketplaceAppID = marketplaceAppID
        self.owner = owner
        self.scopes = scopes
        self.active = active
    }

    /// The profile in a file's bytes. It must hold the secret: nobody would learn a generated one.
    package static func read(appFile bytes: [UInt8]) throws(ControlError) -> AppProfile {
        let profile = try read(bytes)
        guard profile.clientSecret != nil else { throw .badRequest("client_secret is missing") }
        return profile
    }

    /// An empty value would make an app that nobody can address.
    func check() throws(ControlError) {
        for (key, value) in [
            (CodingKeys.accountID, accountID), (.clientID, clientID), (.clientSecret, clientSecret),
            (.marketplaceAppID, marketplaceAppID),
        ] where value == "" {
            throw .badRequest("\(key.rawValue) is empty")
        }
    }
}
