/// A problem of a vault or of the files beside it: the place, and a description.
package struct Finding: Advised, Equatable, Sendable {
    /// The raw values are shown to operators. Worst first.
    package enum Severity: String, Comparable, Sendable, CaseIterable {
        /// The vault cannot be served in this state.
        case fatal
        /// Can be served, but was changed or damaged since it was written.
        case error
        /// Nothing is lost, but it needs attention.
        case warning

        package static func < (one: Severity, other: Severity) -> Bool { one.rank < other.rank }
        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    package let severity: Severity
    /// A file or directory, relative to the state directory, such as `vault.db`.
    package let place: String
    package let advice: Advice

    package init(_ severity: Severity, _ place: String, _ advice: Advice) {
        self.severity = severity
        self.place = place
        self.advice = advice
    }

    package init(_ severity: Severity, _ place: String, _ detail: String, try hint: String? = nil) {
        self.init(severity, place, Advice(detail, try: hint))
    }
}
