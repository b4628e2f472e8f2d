package import Domain

/// A target for an app's credentials: a PingFederate connection with outbound provisioning, changed through the
/// administrative API of its console.
package struct PushTarget: Sendable {
    /// The names of the connection's settings that hold the app's three values.
    package struct Fields: Equatable, Sendable {
        /// `nil` for a connector without such a setting: its token URL determines the account.
        package let accountID: String?
        package let clientID: String
        package let clientSecret: String

        package init(accountID: String?, clientID: String, clientSecret: String) {
            self.accountID = accountID
            self.clientID = clientID
            self.clientSecret = clientSecret
        }

        package var names: [String] { [accountID, clientID, clientSecret].compactMap(\.self) }
    }

    /// PingFederate's log of provisioning results, on this host.
    package struct ProvisionerLog: Equatable, Sendable {
        /// The path of `provisioner-audit.log`.
        package let path: String
        /// The channel's ID in the log; `nil` for all channels.
        package let channel: String?

        package init(path: String, channel: String?) {
            self.path = path
            self.channel = channel
        }
    }

    /// Unique, and never reused after the target is removed; the name may be.
    package let id: String
    package let name: Name
    package let appID: String
    /// The name of that app, which never changes.
    package let app: Name
    package var adminURL: String
    /// The SP connection's ID.
    package var connection: String
    package var fields: Fields
    package var login: ConsoleLogin
    package var trust: ConsoleTrust
    package var replication: ReplicationMode
    /// The connection and its console, for comparison: several targets may push into one connection.
    package var place: String { "\(adminURL) \(connection)" }
    /// Seconds from when the engines have it to when they certainly use it.
    package var settle: Int
    package let createdAt: Timestamp
    /// Whether PingFederate saves the connection without trying the credentials at Zoom, for a console that cannot reach
    /// Zoom.
    package var bypassesExternalValidation = false
    /// Whether to push the current secret again when somebody else changed it.
    package var restoresDrift = false
    package var provisionerLog: ProvisionerLog?
    /// The expiry of the pinned certificate, once it was seen.
    package var pinExpires: Timestamp?

    package init(
        id: String, name: Name, appID: String, app: Name, adminURL: String, connection: String, fields: Fields,
        login: ConsoleLogin, trust: ConsoleTrust, replication: ReplicationMode, settle: Int, createdAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.appID = appID
        self.app = app
        self.adminURL = adminURL
        self.connection = connection
        self.fields = fields
        self.login = login
        self.trust = trust
        self.replication = replication
        self.settle = settle
        self.createdAt = createdAt
    }
}
