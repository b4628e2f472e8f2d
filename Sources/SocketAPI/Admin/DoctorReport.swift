package import SecretJSON

/// What could go wrong on this host: a line for each check, worst first.
package struct DoctorReport: Equatable, Sendable, ListedDocument {
    package struct Line: Equatable, Sendable, ListedDocument {
        /// The raw values are stable. The worst comes first.
        package enum Outcome: String, JSONValue, Sendable, CaseIterable {
            case failed, warning, skipped, passed
        }

        /// The name of the check; stable.
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

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            check = try members("check", \.check)
            outcome = try members("outcome", \.outcome)
            detail = try members("detail", \.detail)
            hint = try members.ifPresent("try", \.hint)
        }
    }

    package let lines: [Line]

    /// Sorts the lines.
    package init(_ lines: [Line]) {
        self.lines = Line.Outcome.allCases.flatMap { outcome in lines.filter { $0.outcome == outcome } }
    }

    package var passed: Bool { !lines.contains { $0.outcome == .failed } }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        members.derived("passed", \.passed)
        self.init(try members("checks", \.lines))
    }
}
