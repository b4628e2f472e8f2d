package import Domain
package import SecretMemory

/// A target for an app's credentials: a PingFederate connection with outbound provisioning, changed through the
/// administrative API of its console.
package struct PushTarget: Sendable {
    /// The login to the console.
    package enum Login: Sendable {
        case basic(user: String, password: SecretBox)
        /// OAuth 2.0 client credentials.
        case clientCredentials(OAuthClient)
        /// Both in PEM.
        case certificate(chain: String, key: SecretBox)
    }

    /// A client of an authorization server whose access tokens the console accepts.
    package struct OAuthClient: Sendable {
        /// How a client authenticates, named as in OAuth's metadata (RFC 8414).
        package enum AuthMethod: String, CaseIterable, Sendable {
            case basic = "client_secret_basic"
            case post = "client_secret_post"
        }

        package let tokenURL: String
        package let clientID: String
        package let secret: SecretBox
        /// The requested scopes; empty to request a token without scope.
        package let scopes: [String]
        package let authMethod: AuthMethod

        package init(
            tokenURL: String, clientID: String, secret: SecretBox, scopes: [String] = [],
            authMethod: AuthMethod = .basic
        ) {
            self.tokenURL = tokenURL
            self.clientID = clientID
            self.secret = secret
            self.scopes = scopes
            self.authMethod = authMethod
        }
    }

    /// How the console's certificate is trusted.
    package enum Trust: Equatable, Sendable {
        case system
        /// PEM certificates to trust instead of the system's.
        case authorities(String)
        /// The SHA-256 of the certificate itself, as 64 hexadecimal digits in lower case.
        case pin(String)
    }

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

    /// How the engines get what was pushed to the console.
    package enum Replication: String, CaseIterable, Sendable {
        case onSave = "on-save"
        case full
        case none
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
    package var login: Login
    package var trust: Trust
    package var replication: Replication
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
        login: Login,
        trust: Trust, replication: Replication, settle: Int, createdAt: Timestamp
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
