package import SecretMemory

/// What Keyturn logs in to a console with.
package enum ConsoleLogin: Sendable {
    case basic(user: String, password: SecretBox)
    /// OAuth 2.0 client credentials.
    case clientCredentials(OAuthClient)
    /// PEM, both.
    case certificate(chain: String, key: SecretBox)

    /// The raw values are stored, and shown to operators.
    package enum Kind: String, CaseIterable, Sendable {
        case basic
        case clientCredentials = "client_credentials"
        case certificate
    }

    package var kind: Kind {
        switch self {
        case .basic: .basic
        case .clientCredentials: .clientCredentials
        case .certificate: .certificate
        }
    }
}

/// A client of an authorization server whose access tokens the console accepts.
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
    /// The scopes as OAuth writes them, with spaces between them; `nil` for none.
    package var scope: String? { scopes.isEmpty ? nil : scopes.joined(separator: " ") }

    package init(
        tokenURL: String, clientID: String, secret: SecretBox, scopes: [String] = [], authMethod: AuthMethod = .basic
    ) {
        self.tokenURL = tokenURL
        self.clientID = clientID
        self.secret = secret
        self.scopes = scopes
        self.authMethod = authMethod
    }
}
