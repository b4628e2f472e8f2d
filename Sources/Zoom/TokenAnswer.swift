import HTTPTransport
import SecretJSON
import SecretMemory

extension ZoomToken {
    static let answerLimit = 64 << 10
    private static let accessTokenLimit = 8 << 10

    /// Reads the answer to a token request. Unknown members are ignored; known ones must be valid.
    init(reading response: HTTPResponse, at endpoints: ZoomEndpoints) throws(UnusableAnswer) {
        let json = try response.json(limit: Self.answerLimit)
        let answer = AnswerKind.token
        let secret = try json.secret("access_token", in: answer)
        guard (1...Self.accessTokenLimit).contains(secret.count), secret.isVisibleASCII else {
            throw answer.unusable("access_token", "is empty, too long or not printable")
        }
        guard try json.text("token_type", in: answer).lowercased() == "bearer" else {
            throw answer.unusable("token_type", "is not bearer")
        }
        let seconds = try json.wholeNumber("expires_in", within: 1...86_400, in: answer)
        let scopes = try json.textIfPresent("scope", in: answer)?.split(separator: " ").map(String.init)
        var api: EndpointURL?
        if let text = try json.textIfPresent("api_url", in: answer) {
            guard let url = try? EndpointURL(text), endpoints.accepts(apiURL: url) else {
                throw answer.unusable("api_url", "is not a host that Zoom's tokens may be sent to")
            }
            api = url
        }
        self.init(
            accessToken: SecretBox(secret), tokenType: "bearer", expiresIn: seconds, scopes: scopes, apiURL: api)
    }
}

extension JSONDocument {
    /// A member's text; `nil` when the member is absent or null.
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
