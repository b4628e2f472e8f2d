package import SecretMemory

/// One request whose syntax was checked, but nothing else yet.
package final class Request: Sendable {
    package let method: Method
    package let target: RequestTarget
    /// The host in the target, else the value of `Host`. Without meaning on a Unix socket.
    package let host: String
    /// The value of `Keyturn-Request`.
    package let keyturnRequest: String?
    /// The value of `If-None-Match`.
    package let ifNoneMatch: String?
    /// The value of `Content-Type`.
    package let contentType: String?
    /// The value of `Authorization`, if it is retained.
    package let authorization: String?
    /// The value of `Origin`, which browsers send for a page, if it is retained.
    package let origin: String?
    /// Whether the client asked to close the connection after the answer.
    package let closes: Bool
    /// The body; `nil` when it is empty. May contain secrets.
    package let body: SecretBox?

    init(_ line: RequestLine, _ fields: RequestFields, body: SecretBox?) {
        method = line.method
        target = line.target
        host = line.target.authority ?? fields.host ?? ""
        keyturnRequest = fields.keyturnRequest
        ifNoneMatch = fields.ifNoneMatch
        contentType = fields.contentType
        authorization = fields.authorization
        origin = fields.origin
        closes = fields.closes
        self.body = body
    }

    /// Whether `If-None-Match` contains this tag, so that the caller has the current value.
    package func alreadyHas(_ tag: EntityTag?) -> Bool {
        guard let ifNoneMatch, let tag else { return false }
        return ifNoneMatch.utf8.split(separator: UInt8(ascii: ",")).contains { named in
            let named = Substring(named).drop(while: { $0 == " " })
            return named == "*" || named == tag.description || named == "W/\(tag)"
        }
    }
}
