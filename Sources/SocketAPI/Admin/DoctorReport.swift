package import SecretJSON

/// What could go wrong on this machine: a line for each thing that was looked at, the worst first.
package struct DoctorReport: Equatable, Sendable, WireDocument {
    package struct Line: Equatable, Sendable, WireDocument {
        /// The raw values are stable. The worst comes first.
        package enum Outcome: String, Sendable, CaseIterable {
            case failed, warning, skipped, passed
        }

        /// What was looked at, a stable word.
        package let check: String
        package let outcome: Outcome
        package let detail: String
        /// What to do about it.
        package let hint: String?

        package init(_ check: String, _ outcome: Outcome, _ detail: String, try hint: String? = nil) {
            self.check = check
            self.outcome = outcome
            self.detail = detail
            self.hint = hint
        }

        package func writeMembers(to json: inout JSONWriter) {
            json.member("check", check)
            json.member("outcome", outcome.rawValue)
            json.member("detail", detail)
            if let hint { json.member("try", hint) }
        }

        package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
            guard let outcome = Outcome(rawValue: try document.text("outcome", of: node)) else {
                throw JSONError(.outOfRange, member: "outcome")
            }
            self.init(
                try document.text("check", of: node), outcome, try document.text("detail", of: node),
                try: try document.optionalText("try", of: node))
        }
    }

    package let lines: [Line]

    /// Puts the lines in order.
    package init(_ lines: [Line]) {
        self.lines = Line.Outcome.allCases.flatMap { outcome in lines.filter { $0.outcome == outcome } }
    }

    package var passed: Bool { !lines.contains { $0.outcome == .failed } }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("passed", passed)
        json.member("checks", list: lines)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(try document.list("checks", of: node))
    }
}
