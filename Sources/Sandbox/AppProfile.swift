/// What an app is made from; missing values are generated.
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

    /// Reads a profile from a file. It must contain the secret: nobody would learn a generated one.
    package static func read(appFile bytes: [UInt8]) throws(ControlError) -> AppProfile {
        let profile = try read(bytes)
        guard profile.clientSecret != nil else { throw .badRequest("client_secret is missing") }
        return profile
    }

    /// Refuses empty values: nobody could address such an app.
    func check() throws(ControlError) {
        for (key, value) in [
            (CodingKeys.accountID, accountID), (.clientID, clientID), (.clientSecret, clientSecret),
            (.marketplaceAppID, marketplaceAppID),
        ] where value == "" {
            throw .badRequest("\(key.rawValue) is empty")
        }
    }
}
