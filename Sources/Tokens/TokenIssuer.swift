package import Domain
package import SecretMemory
package import Vault

/// Mints access tokens: Zoom, or a stand-in.
package protocol TokenIssuer: Sendable {
    /// Makes one attempt, without retrying.
    func mint(for app: App, with credential: Credential) async throws(IssueFailure) -> MintedToken
}

/// A token as its issuer returned it.
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

/// Why the issuer returned no token.
package struct IssueFailure: Advised, Error, Equatable, Sendable {
    package enum Disposition: Equatable, Sendable {
        /// The credentials were refused, or the app cannot have a token. Another request changes nothing.
        case refused
        /// Try again; if a number is given, not before that many seconds.
        case later(retryAfter: Int?)
    }

    package let disposition: Disposition
    /// Whether the failure may cost the app its standing with Zoom and so counts against its budget. A refusal always
    /// does.
    package let isCounted: Bool
    package let cause: ZoomCause
    package let advice: Advice
    /// Zoom's ID for the call.
    package let trackingID: String?

    package init(
        _ disposition: Disposition, cause: ZoomCause, reason: String, hint: String? = nil, isCounted: Bool = false,
        trackingID: String? = nil
    ) {
        self.trackingID = trackingID
        self.disposition = disposition
        self.isCounted = isCounted || disposition == .refused
        self.cause = cause
        advice = Advice(reason, try: hint)
    }
}
