package import SecretJSON

/// The answer to `GET /v1/audit`: lines of the audit log, in their order.
package struct AuditPage: Equatable, Sendable, WireDocument {
    /// Each as it stands in the log: a JSON object of its own, in a string so that its code stays valid.
    package let lines: [String]
    /// The number of the last line here, or the one that was asked after when there is none: where to go on.
    package let last: Int

    package init(lines: [String], last: Int) {
        self.lines = lines
        self.last = last
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("lines", texts: lines)
        json.member("last", last)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(lines: try document.texts("lines", of: node), last: try document.number("last", of: node))
    }
}

/// The answer to `POST /v1/audit/verify`.
package struct AuditReport: Equatable, Sendable, WireDocument {
    package let segments: Int
    package let lines: Int
    /// The numbers of the first and the last line; 0 for none.
    package let first: Int
    package let last: Int
    /// What is wrong, each in a sentence; none when the log is whole.
    package let findings: [String]

    package init(segments: Int, lines: Int, first: Int, last: Int, findings: [String]) {
        self.segments = segments
        self.lines = lines
        self.first = first
        self.last = last
        self.findings = findings
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("segments", segments)
        json.member("lines", lines)
        json.member("first", first)
        json.member("last", last)
        json.member("findings", texts: findings)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            segments: try document.number("segments", of: node), lines: try document.number("lines", of: node),
            first: try document.number("first", of: node), last: try document.number("last", of: node),
            findings: try document.texts("findings", of: node))
    }
}
