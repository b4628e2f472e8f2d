import HTTPTransport
import SecretJSON
import SecretMemory

/// Zoom's three forms of an error, read as one: `reason`/`error` of the token endpoint, `code`/`message` of the API,
/// `detail` of SCIM. All members are `nil` when the answer has none of these forms.
struct ErrorAnswer {
    private(set) var error: String?
    private(set) var code: Int?
    /// The text as Zoom wrote it: to decide by, not to show.
    private(set) var words: String?

    init(_ response: HTTPResponse) {
        guard let json = try? response.json(limit: 64 << 10) else { return }
        error = (try? json.text("error")) ?? nil
        code = json.member("code", of: json.root).flatMap { try? json.integer($0) }
        for name in ["reason", "message", "detail"] where words == nil { words = (try? json.text(name)) ?? nil }
    }

    var isZooms: Bool { error != nil || code != nil || words != nil }

    func says(_ phrases: String...) -> Bool {
        let text = (words ?? "").lowercased()
        return phrases.contains { text.contains($0) }
    }

    var mentionsSingleSignOn: Bool {
        says("single sign-on", "single sign on") || (words ?? "").lowercased().split { !$0.isLetter }.contains("sso")
    }

    /// The names in `… does not contain scopes:[a, b]`, whatever status and code Zoom sends with it; at most 32.
    var missingScopes: [String]? {
        guard let text = words, let start = text.firstRange(of: "does not contain scopes:[") else { return nil }
        return text[start.upperBound...].prefix { $0 != "]" }.split { $0 == "," || $0 == " " }.prefix(32)
            .map { String($0.filter { $0.isASCII && ($0.isLetter || $0.isNumber || ":_.-".contains($0)) }.prefix(100)) }
            .filter { !$0.isEmpty }
    }
}
