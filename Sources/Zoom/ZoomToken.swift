package import HTTPTransport
package import SecretMemory

/// An access token as Zoom answered it.
package struct ZoomToken: Sendable {
    package var accessToken: SecretBox
    package var tokenType: String
    /// Seconds from the answer on, 1 to 86,400. Whether that is long enough to be of use is for the caller to say.
    package var expiresIn: Int
    /// `nil` when Zoom did not say, which it does for a while after an app was changed. [seen]
    package var scopes: [String]?
    /// Where the token is to be used, when Zoom said so and the place may be trusted.
    package var apiURL: EndpointURL?
    package var trackingID: String?

    package init(
        accessToken: SecretBox, tokenType: String = "bearer", expiresIn: Int, scopes: [String]? = nil,
        apiURL: EndpointURL? = nil, trackingID: String? = nil
    ) {
        self.accessToken = accessToken
        self.tokenType = tokenType
        self.expiresIn = expiresIn
        self.scopes = scopes
        self.apiURL = apiURL
        self.trackingID = trackingID
    }
}
