package import SecretMemory

/// One request as it was read: checked in form, and not yet judged.
package final class Request: Sendable {
    package let method: Method
    package let target: RequestTarget
    /// Whom the target names, else the value of `Host`. On a Unix socket it says nothing.
    package let host: String
    /// The value of `Keyturn-Request`.
    package let keyturnRequest: String?
    /// The value of `If-None-Match`.
    package let ifNoneMatch: String?
    /// The value of `Content-Type`.
    package let contentType: String?
    /// The value of `Authorization`, where it is kept.
    package let authorization: String?
    /// Whether the client asked for the connection to be closed behind the answer.
    package let closes: Bool
    /// The body; `nil` when it is empty. May hold secrets.
    package let body: SecretBox?

    init(_ line: RequestLine, _ fields: RequestFields, body: SecretBox?) {
        method = line.method
        target = line.target
        host = line.target.authority ?? fields.host ?? ""
        keyturnRequest = fields.keyturnRequest
        ifNoneMatch = fields.ifNoneMatch
        contentType = fields.contentType
        authorization = fields.authorization
        closes = fields.closes
        self.body = body
    }

    /// Whether `If-None-Match` names this tag, so that the caller has what it stands for.
    package func alreadyHas(_ tag: EntityTag?) -> Bool {
        guard let ifNoneMatch, let tag else { return false }
        return ifNoneMatch.utf8.split(separator: UInt8(ascii: ",")).contains { named in
            let named = Substring(named).drop(while: { $0 == " " })
            return named == "*" || named == tag.description || named == "W/\(tag)"
        }
    }
}
