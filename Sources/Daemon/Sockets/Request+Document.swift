import SecretJSON
import SecretMemory
import SocketAPI

extension Request {
    /// A proxy or a browser that was tricked into sending a request here does not know this header.
    func requireKeyturnHeader() throws(Problem) {
        guard keyturnRequest == "1" else {
            throw Problem(
                .missingHeader, "the request has no 'Keyturn-Request: 1'", try: "send the header 'Keyturn-Request: 1'")
        }
    }

    /// The body as the operation's document.
    func document<Document: WireDocument & ~Copyable>(_: Document.Type = Document.self) throws(Problem) -> Document {
        if let contentType, contentType.lowercased().split(separator: ";").first.map(String.init) != "application/json"
        {
            throw Problem(.unsupportedMediaType, "the body's Content-Type is not application/json")
        }
        guard let body else { throw Problem(.badRequest, "the request has no body") }
        guard body.bytes.count <= Document.mostBytes else {
            throw Problem(.payloadTooLarge, "the body is larger than \(Document.mostBytes) bytes")
        }
        do { return try Document(parsing: body.bytes.copy(), values: Document.mostValues) } catch {
            throw Problem(.badRequest, "the body: \(error)")
        }
    }
}
