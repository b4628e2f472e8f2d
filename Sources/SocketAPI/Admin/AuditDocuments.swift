package import SecretJSON

/// The answer to `GET /v1/audit`: lines of the audit log, in order.
package struct AuditPage: Equatable, Sendable, ListedDocument {
    /// Each exactly as in the log: a JSON object in a string, so that its code stays valid.
    package let lines: [String]
    /// The number of the last line here, or the requested number when there is no line: where to continue.
    package let last: Int

    package init(lines: [String], last: Int) {
        self.lines = lines
        self.last = last
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        lines = try members("lines", \.lines)
        last = try members("last", \.last)
    }
}

/// The answer to `POST /v1/audit/verify`.
package struct AuditReport: Equatable, Sendable, ListedDocument {
    package let segments: Int
    package let lines: Int
    /// The numbers of the first and the last line; 0 when there are none.
    package let first: Int
    package let last: Int
    /// The code of the last line, which depends on every line before it; `nil` when there are none.
    package let code: String?
    /// The problems, each in a sentence; empty when the log is intact.
    package let findings: [String]

    package init(segments: Int, lines: Int, first: Int, last: Int, code: String?, findings: [String]) {
        self.code = code
        self.segments = segments
        self.lines = lines
        self.first = first
        self.last = last
        self.findings = findings
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        segments = try members("segments", \.segments)
        lines = try members("lines", \.lines)
        first = try members("first", \.first)
        last = try members("last", \.last)
        code = try members.orNull("code", \.code)
        findings = try members("findings", \.findings)
    }
}
