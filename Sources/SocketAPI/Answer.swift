import SecretJSON
package import SecretMemory

/// What the daemon answered.
package struct Answer: ~Copyable, Sendable {
    package let status: Int
    package let contentType: String?
    /// The entity tag as it was sent, with its quotes.
    package let entityTag: String?
    /// Seconds.
    package let retryAfter: Int?
    /// Empty when there is none. May hold secrets.
    package let body: SecretBytes

    /// The refusal in the body, if this is one.
    package var problem: Problem? {
        guard contentType == Response.ContentType.problem.rawValue else { return nil }
        return try? Problem(parsing: body.copy())
    }

    /// The document in the body. A refusal, whatever was expected, is thrown as ``ClientError/problem(_:)``.
    package func document<Document: WireDocument & ~Copyable>(
        _: Document.Type = Document.self
    ) throws(ClientError) -> Document {
        if let problem { throw .problem(problem) }
        guard contentType == Response.ContentType.json.rawValue else { throw .malformedAnswer("status \(status)") }
        do {
            return try Document(parsing: body.copy(), values: 4_000_000)
        } catch {
            throw .malformedAnswer(error.description)
        }
    }
}
