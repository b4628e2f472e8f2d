package import Domain
package import SecretJSON
package import SecretMemory

/// A refusal as text (RFC 9457): what happened, and what to try. Never contains a value of the request, nor a path.
package struct Problem: Advised, Error, Equatable, Sendable {
    package let code: ProblemCode
    /// What went wrong this time, and what the reader can try.
    package let advice: Advice

    /// The methods that the resource supports; sent as a header, only with status 405.
    package var allow: [Method] = []

    /// Seconds until another attempt makes sense; sent as a header.
    package var retryAfter: Int?

    /// Whether the request was a `HEAD`, so that its answer has no body.
    package var isHeadAlone = false

    package init(_ code: ProblemCode, _ advice: Advice) {
        self.code = code
        self.advice = advice
    }

    package init(_ code: ProblemCode, _ detail: String, try hint: String? = nil) {
        self.init(code, Advice(detail, try: hint))
    }

    /// The document, of media type `application/problem+json`.
    package func render() -> SecretBytes {
        var json = JSONWriter()
        json.beginObject()
        json.member("type", code.type)
        json.member("title", code.advice.detail)
        json.member("status", code.status.rawValue)
        json.member("detail", detail)
        json.member("code", code)
        json.member("try", ifPresent: hint)
        json.endObject()
        return json.finish()
    }

    /// Reads a document from ``render()``. Ignores other members.
    package init(parsing bytes: consuming SecretBytes) throws(JSONError) {
        let document = try JSONDocument(parsing: bytes)
        let code: ProblemCode = try document.value("code", of: document.root)
        let detail: String = try document.value("detail", of: document.root)
        self.init(code, detail, try: try document.optional("try", of: document.root))
    }
}
