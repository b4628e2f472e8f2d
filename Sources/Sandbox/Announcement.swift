import FoundationEssentials

/// What `zoom-sandbox` prints when it listens: its address, and the credentials of its first app.
package struct Announcement: Encodable {
    private struct AppPart: Encodable {
        var accountID: String
        var clientID: String
        var clientSecret: String?
        var marketplaceAppID: String
    }
    private var address: String
    private var tokenURL: String
    private var apiURL: String
    private var app: AppPart

    /// - Parameter withSecret: false for an app whose secret the reader already knows.
    package init(address: String, app: App, withSecret: Bool) {
        self.address = address
        tokenURL = address + "/oauth/token"
        apiURL = address
        self.app = AppPart(
            accountID: app.accountID, clientID: app.clientID,
            clientSecret: withSecret ? app.secrets.current.value : nil, marketplaceAppID: app.marketplaceAppID)
    }

    /// One line of JSON.
    package var line: String { String(decoding: SandboxResponse.json(200, self).body, as: UTF8.self) }
}
