package import HTTPTransport

/// The addresses of Zoom. See `docs/zoom.md`, "Endpoints".
package struct ZoomEndpoints: Hashable, Sendable {
    /// The token endpoint.
    package var tokenURL: EndpointURL
    /// The base address of the API, unless a token names another one.
    package var apiURL: EndpointURL

    package init(tokenURL: EndpointURL, apiURL: EndpointURL) {
        self.tokenURL = tokenURL
        self.apiURL = apiURL
    }

    package static let commercial = ZoomEndpoints(
        tokenURL: EndpointURL(https: "zoom.us", "/oauth/token"), apiURL: EndpointURL(https: "api.zoom.us"))

    package static let government = ZoomEndpoints(
        tokenURL: EndpointURL(https: "zoomgov.com", "/oauth/token"), apiURL: EndpointURL(https: "api.zoomgov.com"))

    /// Whether a token answer may direct its bearer token to this address: the configured API, or another host of the
    /// same Zoom domain. Otherwise a single forged answer could collect the tokens of later calls.
    func accepts(apiURL offered: EndpointURL) -> Bool {
        guard offered.target.isEmpty || offered.target == "/" else { return false }
        if offered.origin == apiURL.origin { return true }
        guard offered.scheme == .https, offered.port == nil else { return false }
        return ["zoom.us", "zoomgov.com"].contains { apiURL.host.isWithin($0) && offered.host.isWithin($0) }
    }
}

extension String {
    /// Whether this host is `domain` or a host below it.
    fileprivate func isWithin(_ domain: String) -> Bool { self == domain || hasSuffix("." + domain) }
}
