/// One thing that is wrong with a vault, or with what lies beside it: where, and what.
package struct Finding: Equatable, Sendable {
    /// The raw values are shown to operators. The worst comes first.
    package enum Severity: String, Comparable, Sendable, CaseIterable {
        /// The vault is not served like this.
        case fatal
        /// Served all the same, and not as it was written.
        case error
        /// Nothing is lost; somebody should look.
        case warning

        package static func < (one: Severity, other: Severity) -> Bool { one.rank < other.rank }
        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    package let severity: Severity
    /// A file or directory of the state directory, such as `vault.db`.
    package let place: String
    /// Carries no secret.
    package let detail: String
    package let hint: String?

    package init(_ severity: Severity, _ place: String, _ detail: String, try hint: String? = nil) {
        self.severity = severity
        self.place = place
        self.detail = detail
        self.hint = hint
    }
}
