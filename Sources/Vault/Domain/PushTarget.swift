package import Domain
package import SecretMemory

/// A place that an app's credentials are pushed into: a connection of PingFederate's that provisions outbound, by the
/// administrative API of its console.
package struct PushTarget: Sendable {
    /// Who Keyturn is to the console.
    package enum Login: Sendable {
        case basic(user: String, password: SecretBox)
        /// OAuth 2.0 client credentials.
        case clientCredentials(OAuthClient)
        /// PEM, both.
        case certificate(chain: String, key: SecretBox)
    }

    /// A client of an authorization server whose access tokens the console takes.
    package struct OAuthClient: Sendable {
        /// How a client shows its secret, in the words of OAuth's metadata (RFC 8414).
        package enum AuthMethod: String, CaseIterable, Sendable {
            case basic = "client_secret_basic"
            case post = "client_secret_post"
        }

        package let tokenURL: String
        package let clientID: String
        package let secret: SecretBox
        /// What a token is asked for with; empty to ask without a scope.
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

    /// What the console's certificate is known by.
    package enum Trust: Equatable, Sendable {
        case system
        /// PEM certificates, instead of the system's.
        case authorities(String)
        /// The SHA-256 of the certificate itself, as 64 hexadecimal digits in lower case.
        case pin(String)
    }

    /// The connection's settings that hold the app's three values, by name.
    package struct Fields: Equatable, Sendable {
        /// `nil` for a connector that has no such setting: the account is then told by its token URL.
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

    /// How what was pushed gets from the console to the engines.
    package enum Replication: String, CaseIterable, Sendable {
        case onSave = "on-save"
        case full
        case none
    }

    /// Where PingFederate writes down what came of provisioning, on this machine.
    package struct ProvisionerLog: Equatable, Sendable {
        /// Of `provisioner-audit.log`.
        package let path: String
        /// The channel's ID in the log; `nil`: whatever provisions there is the target.
        package let channel: String?

        package init(path: String, channel: String?) {
            self.path = path
            self.channel = channel
        }
    }

    /// Given once, never used again after the target is gone; the name may be.
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
    /// Which connection of which console, for comparing: several targets may push into one.
    package var place: String { "\(adminURL) \(connection)" }
    /// Seconds from when the engines have it to when they certainly use it.
    package var settle: Int
    package let createdAt: Timestamp
    /// Whether PingFederate is told not to try the credentials at Zoom when it saves the connection: for a console that
    /// cannot reach Zoom.
    package var bypassesExternalValidation = false
    /// Whether the current secret is put back when somebody else changed it.
    package var restoresDrift = false
    package var provisionerLog: ProvisionerLog?
    /// When the certificate expires that is pinned, once it was met.
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
