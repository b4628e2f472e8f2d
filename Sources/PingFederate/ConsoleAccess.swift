package import HTTPTransport
package import SecretMemory

/// Where an administrative console of PingFederate is, how it is known, and who we are to it.
package struct ConsoleAccess: Sendable {
    package enum Login: Sendable {
        case basic(user: String, password: SecretBox)
        /// OAuth 2.0 client credentials, for a bearer token.
        case clientCredentials(OAuthClient)
        case certificate(TLSOptions.Identity)
    }

    package struct OAuthClient: Sendable {
        package let tokenURL: EndpointURL
        package let clientID: String
        package let secret: SecretBox
        /// Empty to ask without a scope.
        package let scopes: [String]
        /// Whether the secret goes into the body (`client_secret_post`) and not into the header (`client_secret_basic`).
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

    /// Up to and with `/pf-admin-api/v1`.
    package let api: EndpointURL
    package let login: Login
    package let trust: TLSOptions.Trust
    /// Whether PingFederate is told to save a connection without trying its credentials. [doc]
    package var bypassesExternalValidation = false

    /// Where the API is on the console's own port.
    static let apiPath = "/pf-admin-api/v1"

    /// - Parameter adminURL: as ``api(of:)`` made it.
    package init(api: EndpointURL, login: Login, trust: TLSOptions.Trust) {
        self.api = api
        self.login = login
        self.trust = trust
    }

    /// The address of the API on a console whose address people know, such as `https://console.example.com:9999`.
    package static func api(of adminURL: EndpointURL) throws(EndpointURLError) -> EndpointURL {
        guard !adminURL.target.contains("?") else { throw .malformed }
        let path = adminURL.target.hasSuffix("/") ? String(adminURL.target.dropLast()) : adminURL.target
        return try EndpointURL(adminURL.origin + (path.isEmpty ? apiPath : path))
    }

    /// How the token endpoint is known. A pin is for the console's certificate alone: of another server the system's
    /// trust store decides.
    func trust(of other: EndpointURL) -> TLSOptions.Trust {
        if case .certificate = trust, other.origin != api.origin { return .standard }
        return trust
    }
}
