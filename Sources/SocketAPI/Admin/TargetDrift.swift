package import SecretJSON
package import Times

/// What somebody else did to a target's connection.
package struct TargetDrift: Equatable, Sendable, WireDocument {
    /// `secret`, `saved` or `identity`.
    package let code: String
    package let detail: String

    package init(code: String, detail: String) {
        self.code = code
        self.detail = detail
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("code", code)
        json.member("detail", detail)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(code: try document.text("code", of: node), detail: try document.text("detail", of: node))
    }
}

/// How often the current secret was put back lately.
package struct TargetRestoration: Equatable, Sendable, WireDocument {
    package let count: Int
    package let first: Timestamp
    package let last: Timestamp

    package init(count: Int, first: Timestamp, last: Timestamp) {
        self.count = count
        self.first = first
        self.last = last
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("count", count)
        json.member("first", first.description)
        json.member("last", last.description)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            count: try document.number("count", of: node), first: try document.time("first", of: node),
            last: try document.time("last", of: node))
    }
}
