package import HTTPTransport
package import SecretMemory

/// An access token from Zoom.
package struct ZoomToken: Sendable {
    package var accessToken: SecretBox
    package var tokenType: String
    /// Seconds from the answer, 1 to 86,400. The caller decides whether that is long enough.
    package var expiresIn: Int
    /// `nil` when Zoom left them out, as it does for a while after an app was changed. [seen]
    package var scopes: [String]?
    /// The API address for this token, if Zoom named one and it may be trusted.
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
