package import HTTPTransport
package import SecretMemory

/// How to reach an administrative console of PingFederate: its address, how it is trusted, and our login.
package struct ConsoleAccess: Sendable {
    package enum Login: Sendable {
        case basic(user: String, password: SecretBox)
        /// A bearer token by OAuth 2.0 client credentials.
        case clientCredentials(OAuthClient)
        case certificate(TLSOptions.Identity)
    }

    package struct OAuthClient: Sendable {
        package let tokenURL: EndpointURL
        package let clientID: String
        package let secret: SecretBox
        /// Empty to request a token without a scope.
        package let scopes: [String]
        /// Whether the secret is sent in the body (`client_secret_post`) instead of the header (`client_secret_basic`).
        package let isPosted: Bool

        package init(
            tokenURL: EndpointURL, clientID: String, secret: SecretBox, scopes: [String] = [], isPosted: Bool = false
        ) {
            self.tokenURL = tokenURL
            self.clientID = clientID
            self.secret = secret
            self.scopes = scopes
            self.isPosted = isPosted
        }
    }

    /// The address up to and including `/pf-admin-api/v1`.
    package let api: EndpointURL
    package let login: Login
    package let trust: TLSOptions.Trust
    /// Whether PingFederate saves a connection without trying its credentials. [doc]
    package var bypassesExternalValidation = false

    /// The path of the API on the console's own port.
    static let apiPath = "/pf-admin-api/v1"

    /// - Parameter api: an address from ``api(of:)``.
    package init(api: EndpointURL, login: Login, trust: TLSOptions.Trust) {
        self.api = api
        self.login = login
        self.trust = trust
    }

    /// The API's address for a console address such as `https://console.example.com:9999`.
    package static func api(of adminURL: EndpointURL) throws(EndpointURLError) -> EndpointURL {
        guard !adminURL.target.contains("?") else { throw .malformed }
        let path = adminURL.target.hasSuffix("/") ? String(adminURL.target.dropLast()) : adminURL.target
        return try EndpointURL(adminURL.origin + (path.isEmpty ? apiPath : path))
    }

    /// How the token endpoint is trusted. A pin is for the console's certificate alone; for another server the system's
    /// trust store decides.
    func trust(of other: EndpointURL) -> TLSOptions.Trust {
        if case .certificate = trust, other.origin != api.origin { return .standard }
        return trust
    }
}
