import HTTPTransport
import SecretJSON
import SecretMemory

/// The admin API's form of an error, `{"message", "validationErrors": [{"message", "fieldPath"}]}` [doc], and OAuth's,
/// `{"error", "error_description"}` (RFC 6749, section 5.2).
enum ErrorResult {
    private static let mostErrors = 8
    private static let longest = 240

    /// What it says, for people: the server's own words, without what repeats a secret; `nil` when it says nothing.
    static func words(_ answer: HTTPResponse, _ secrets: [SecretBox]) -> String? {
        guard let json = try? answer.json(limit: 256 << 10) else { return nil }
        var found: [String] = []
        func add(_ text: String, at path: String? = nil) {
            let words = text.shown(longest, secrets)
            let line = path.map { "\($0.shown(100, secrets)): \(words)" } ?? words
            if !words.isEmpty, !found.contains(line) { found.append(line) }
        }
        if let text = json.words("message", of: json.root) { add(text) }
        if let list = json.member("validationErrors", of: json.root) {
            let errors = json.elements(of: list)
            for error in errors.prefix(mostErrors) {
                guard let text = json.words("message", of: error) else { continue }
                add(text, at: json.words("fieldPath", of: error))
            }
            if errors.count > mostErrors { found.append("and \(errors.count - mostErrors) more") }
        }
        if let code = json.words("error", of: json.root) {
            add(json.words("error_description", of: json.root) ?? code, at: code)
        }
        return found.isEmpty ? nil : found.joined(separator: "; ")
    }

    /// The code of OAuth's form; `nil` when it has none.
    static func code(_ answer: HTTPResponse) -> String? {
        guard let json = try? answer.json(limit: 256 << 10) else { return nil }
        return json.words("error", of: json.root)
    }
}

extension JSONDocument {
    /// `nil` when the member is absent or no text.
    func words(_ name: String, of node: JSONNode) -> String? {
        member(name, of: node).flatMap { try? string($0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension String {
    /// Fit to be shown. Half a secret is a secret: what repeats eight bytes of one is withheld.
    func shown(_ limit: Int, _ secrets: [SecretBox]) -> String { shown(limit: limit, withholdingPartsOf: secrets) }
}
