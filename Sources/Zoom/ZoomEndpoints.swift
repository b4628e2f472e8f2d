package import HTTPTransport

/// Where Zoom is: `docs/zoom.md`, "Endpoints".
package struct ZoomEndpoints: Hashable, Sendable {
    /// Where tokens are minted.
    package var tokenURL: EndpointURL
    /// Below which the API is, unless a token names another place.
    package var apiURL: EndpointURL

    package init(tokenURL: EndpointURL, apiURL: EndpointURL) {
        self.tokenURL = tokenURL
        self.apiURL = apiURL
    }

    package static let commercial = ZoomEndpoints(
        tokenURL: EndpointURL(https: "zoom.us", "/oauth/token"), apiURL: EndpointURL(https: "api.zoom.us"))

    package static let government = ZoomEndpoints(
        tokenURL: EndpointURL(https: "zoomgov.com", "/oauth/token"), apiURL: EndpointURL(https: "api.zoomgov.com"))

    /// Whether a token answer may send its bearer there: to the configured API, or to another host of the same Zoom
    /// domain. Anything else would let whoever forges one answer collect the tokens of later calls.
    func accepts(apiURL offered: EndpointURL) -> Bool {
        guard offered.target.isEmpty || offered.target == "/" else { return false }
        if offered.origin == apiURL.origin { return true }
        guard offered.scheme == .https, offered.port == nil else { return false }
        return ["zoom.us", "zoomgov.com"].contains { apiURL.host.isWithin($0) && offered.host.isWithin($0) }
    }
}

extension String {
    /// Whether this host is the domain or below it.
    fileprivate func isWithin(_ domain: String) -> Bool { self == domain || hasSuffix("." + domain) }
}
