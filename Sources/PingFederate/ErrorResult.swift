import HTTPTransport
import SecretJSON
import SecretMemory

/// The admin API's form of an error, `{"message", "validationErrors": [{"message", "fieldPath"}]}` [doc], and OAuth's,
/// `{"error", "error_description"}` (RFC 6749, section 5.2).
enum ErrorResult {
    private static let mostErrors = 8
    private static let longest = 240

    /// The server's message for people, without anything that repeats a secret; `nil` when there is none.
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

    /// The code in OAuth's form; `nil` when there is none.
    static func code(_ answer: HTTPResponse) -> String? {
        guard let json = try? answer.json(limit: 256 << 10) else { return nil }
        return json.words("error", of: json.root)
    }
}

extension JSONDocument {
    /// `nil` when the member is absent or not a string.
    func words(_ name: String, of node: JSONNode) -> String? {
        member(name, of: node).flatMap { try? string($0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension String {
    /// The text made safe to show. Half a secret is a secret: text that repeats eight bytes of one is withheld.
    func shown(_ limit: Int, _ secrets: [SecretBox]) -> String { shown(limit: limit, withholdingPartsOf: secrets) }
}
