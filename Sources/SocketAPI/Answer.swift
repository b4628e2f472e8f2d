import SecretJSON
package import SecretMemory

/// An answer of the daemon, as a client receives it.
package struct Answer: ~Copyable, Sendable {
    package let status: Int
    package let contentType: String?
    /// The entity tag as sent, with its quotes.
    package let entityTag: String?
    /// In seconds.
    package let retryAfter: Int?
    /// Empty when there is none. May contain secrets.
    package let body: SecretBytes

    /// The refusal in the body, if it is one.
    package var problem: Problem? {
        guard contentType == Response.ContentType.problem.rawValue else { return nil }
        return try? Problem(parsing: body.copy())
    }

    /// The document in the body. If it is a refusal, throws ``ClientError/problem(_:)``.
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
