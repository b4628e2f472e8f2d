import SecretJSON
import SecretMemory

/// Bytes as a JSON string of two lower-case hexadecimal digits each, in memory that is wiped.
struct Hexadecimal: JSONValue {
    let secret: SecretBox

    init(_ secret: SecretBox) { self.secret = secret }

    init(_ bytes: [UInt8]) { self.init(SecretBox(SecretBytes(copying: unsafe bytes.span.bytes))) }

    /// Only for bytes that are not secret.
    var bytes: [UInt8] { secret.bytes.withSpan { $0.array } }

    init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        guard let bytes = try document.secret(node).withSpan({ SecretBytes(hexadecimal: $0) }) else {
            throw JSONError(.outOfRange)
        }
        secret = SecretBox(bytes)
    }

    func write(to json: inout JSONWriter) { json.secret(secret.bytes.hexadecimal) }
}
