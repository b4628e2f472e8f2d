package import HTTPTransport

/// The server that was called, our login, and the kind of call: what the message and the hint of a failure depend on.
package struct Counterpart: Equatable, Sendable {
    package enum Role: Equatable, Sendable { case console, tokenEndpoint }

    /// The kind of call.
    package enum Call: Equatable, Sendable { case look, save, replication }

    package enum Login: Equatable, Sendable { case basic, oauth, certificate }

    package let role: Role
    /// The address up to and including `/pf-admin-api/v1`, or that of the token endpoint.
    package let url: EndpointURL
    package let login: Login
    package let isPinned: Bool
    /// Whether PingFederate saves without trying the credentials.
    package let bypassesExternalValidation: Bool
    package var call = Call.look

    package init(_ role: Role, of access: ConsoleAccess, at url: EndpointURL) {
        self.role = role
        self.url = url
        login =
            switch access.login {
            case .basic: .basic
            case .clientCredentials: .oauth
            case .certificate: .certificate
            }
        if case .certificate = role == .console ? access.trust : access.trust(of: url) {
            isPinned = true
        } else {
            isPinned = false
        }
        bypassesExternalValidation = access.bypassesExternalValidation
    }

    /// A console of which only the certificate is read.
    package init(probing url: EndpointURL) {
        (role, self.url, login, isPinned, bypassesExternalValidation) = (.console, url, .basic, false, false)
    }

    /// Host and port, as `openssl s_client -connect` and a firewall rule take them.
    var place: String { "\(url.host):\(url.port ?? (url.scheme == .https ? 443 : 80))" }
}
