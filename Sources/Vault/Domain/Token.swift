package import Domain
package import SecretMemory

/// An access token of Zoom, with its issuer's information.
package struct Token: Sendable {
    package let accessToken: SecretBox
    package let tokenType: String
    /// `nil` when Zoom did not say, as it does for a while after an app was created or its scopes changed.
    package let scopes: [String]?
    package let apiURL: String
    /// The generation of the secret that it was minted with.
    package let generation: Generation
    package let issuedAt: Timestamp
    package let expiresAt: Timestamp

    package init(
        accessToken: SecretBox, tokenType: String, scopes: [String]?, apiURL: String, generation: Generation,
        issuedAt: Timestamp, expiresAt: Timestamp
    ) {
        self.accessToken = accessToken
        self.tokenType = tokenType
        self.scopes = scopes
        self.apiURL = apiURL
        self.generation = generation
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }
}

/// The recent times at which Zoom refused an app's credentials, saved so that a restart does not reset the count.
package struct Refusals: Equatable, Sendable {
    /// The generation that was refused; a newer one starts from zero.
    package let generation: Generation
    package let times: [Timestamp]
    package let cause: ZoomCause
    /// Zoom's reason as text.
    package let reason: String
    /// Whether the credentials may be fine: Zoom counted an error, and the next attempt may succeed.
    package let mayPass: Bool

    package init(generation: Generation, times: [Timestamp], cause: ZoomCause, reason: String, mayPass: Bool = false) {
        self.generation = generation
        self.times = times
        self.cause = cause
        self.reason = reason
        self.mayPass = mayPass
    }
}
