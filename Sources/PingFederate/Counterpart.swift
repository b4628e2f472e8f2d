package import HTTPTransport

/// Who was asked, as whom and what for: what a failure is told of, and what helps against it.
package struct Counterpart: Equatable, Sendable {
    package enum Role: Equatable, Sendable { case console, tokenEndpoint }

    /// What was asked for.
    package enum Call: Equatable, Sendable { case look, save, replication }

    package enum Login: Equatable, Sendable { case basic, oauth, certificate }

    package let role: Role
    /// Up to and with `/pf-admin-api/v1`, or the token endpoint's.
    package let url: EndpointURL
    package let login: Login
    package let isPinned: Bool
    /// Whether PingFederate is told not to try the credentials.
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

    /// A console whose certificate alone is looked at.
    package init(met url: EndpointURL) {
        (role, self.url, login, isPinned, bypassesExternalValidation) = (.console, url, .basic, false, false)
    }

    /// As `openssl s_client -connect` takes it, and a rule of a firewall.
    var place: String { "\(url.host):\(url.port ?? (url.scheme == .https ? 443 : 80))" }
}
