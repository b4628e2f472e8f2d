package import Domain
package import SecretMemory

/// An access token of Zoom's, with what its issuer said of it.
package struct Token: Sendable {
    package let accessToken: SecretBox
    package let tokenType: String
    /// `nil` when Zoom did not say, which it does for a while after an app was made or its scopes changed.
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

/// The times at which Zoom lately refused an app's credentials, so that a restart does not forget how often it tried.
package struct Refusals: Equatable, Sendable {
    /// The generation that was refused: a newer one starts with a clean sheet.
    package let generation: Generation
    package let times: [Timestamp]
    /// A stable word for why, and Zoom's reason in words.
    package let cause: String
    package let reason: String
    /// Whether it says nothing of the credentials: Zoom counted an error, and the next attempt may go well.
    package let mayPass: Bool

    package init(generation: Generation, times: [Timestamp], cause: String, reason: String, mayPass: Bool = false) {
        self.generation = generation
        self.times = times
        self.cause = cause
        self.reason = reason
        self.mayPass = mayPass
    }
}
