package import SecretMemory
package import Vault

/// Whoever mints access tokens: Zoom, or what stands in for it.
package protocol TokenIssuer: Sendable {
    /// One attempt, with no retry of its own.
    func mint(for app: App, with credential: Credential) async throws(IssueFailure) -> MintedToken
}

/// A token as its issuer answered it.
package struct MintedToken: Sendable {
    package let accessToken: SecretBox
    package let tokenType: String
    /// Seconds, counted from when the request was sent.
    package let lifetime: Int
    package let scopes: [String]?
    package let apiURL: String

    package init(accessToken: SecretBox, tokenType: String, lifetime: Int, scopes: [String]?, apiURL: String) {
        self.accessToken = accessToken
        self.tokenType = tokenType
        self.lifetime = lifetime
        self.scopes = scopes
        self.apiURL = apiURL
    }
}

/// Why no token came.
package struct IssueFailure: Error, Equatable, Sendable {
    package enum Disposition: Equatable, Sendable {
        /// The credentials were refused, or the app cannot have a token. Asking again changes nothing.
        case refused
        /// Try again, not before so many seconds if a number is given.
        case later(retryAfter: Int?)
    }

    package let disposition: Disposition
    /// Whether it may cost the app its standing with Zoom, and so counts against the app's budget. A refusal always does.
    package let isCounted: Bool
    /// A stable word for programs, such as `invalid_client`.
    package let cause: String
    /// What happened, for people.
    package let reason: String
    /// What to do next, for people.
    package let hint: String?

    package init(
        _ disposition: Disposition, cause: String, reason: String, hint: String? = nil, isCounted: Bool = false
    ) {
        self.disposition = disposition
        self.isCounted = isCounted || disposition == .refused
        self.cause = cause
        self.reason = reason
        self.hint = hint
    }
}
