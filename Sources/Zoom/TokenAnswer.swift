import HTTPTransport
import SecretJSON
import SecretMemory

extension ZoomToken {
    static let answerLimit = 64 << 10
    private static let accessTokenLimit = 8 << 10

    /// Reads the answer to a token request. Members that are not known are passed over; those that are known must be
    /// right.
    init(reading response: HTTPResponse, at endpoints: ZoomEndpoints) throws(UnusableAnswer) {
        let document = try response.json(limit: Self.answerLimit)
        do {
            try self.init(document, at: endpoints)
        } catch let error as JSONError {
            throw UnusableAnswer(error.description)
        } catch {
            throw error as? UnusableAnswer ?? UnusableAnswer("the answer cannot be read")
        }
    }

    private init(_ json: borrowing JSONDocument, at endpoints: ZoomEndpoints) throws {
        let secret = try json.secret(json.require("access_token", of: json.root))
        guard (1...Self.accessTokenLimit).contains(secret.count), secret.isVisibleASCII else {
            throw UnusableAnswer("access_token is empty, too long or not printable")
        }
        let type = try json.string(json.require("token_type", of: json.root))
        guard type.lowercased() == "bearer" else { throw UnusableAnswer("token_type is not bearer") }
        let seconds = try json.integer(json.require("expires_in", of: json.root))
        guard (1...86_400).contains(seconds) else { throw UnusableAnswer("expires_in is not within 1 to 86400") }
        let scopes = try json.text("scope")?.split(separator: " ").map(String.init)
        var api: EndpointURL?
        if let text = try json.text("api_url") {
            guard let url = try? EndpointURL(text), endpoints.accepts(apiURL: url) else {
                throw UnusableAnswer("api_url is not a host that Zoom's tokens may be sent to")
            }
            api = url
        }
        self.init(
            accessToken: SecretBox(secret), tokenType: "bearer", expiresIn: seconds, scopes: scopes, apiURL: api)
    }
}

extension JSONDocument {
    /// A member's text; `nil` when it is absent, or null.
    func text(_ name: String) throws(JSONError) -> String? {
        guard let node = member(name, of: root), kind(node) != .null else { return nil }
        return try string(node)
    }
}

extension SecretBytes {
    fileprivate var isVisibleASCII: Bool {
        withSpan { span in (0..<span.byteCount).allSatisfy { span[$0] > 0x20 && span[$0] < 0x7F } }
    }
}
