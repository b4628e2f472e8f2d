package import SecretJSON

/// What could go wrong on this host: a line for each check, worst first.
package struct DoctorReport: Equatable, Sendable, ListedDocument {
    package let lines: [CheckResult]

    /// Sorts the lines.
    package init(_ lines: [CheckResult]) {
        self.lines = CheckResult.Outcome.allCases.flatMap { outcome in lines.filter { $0.outcome == outcome } }
    }

    package var passed: Bool { !lines.contains { $0.outcome == .failed } }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        members.derived("passed", \.passed)
        self.init(try members("checks", \.lines))
    }
}
