package import Domain
package import SecretJSON

/// The result of one check, by the doctor or of an app's or a target's settings.
package struct CheckResult: Advised, Equatable, Sendable, ListedDocument {
    /// The raw values are stable. The worst comes first.
    package enum Outcome: String, JSONValue, Sendable, CaseIterable {
        case failed
        /// Not as recommended, but nothing fails because of it now.
        case warning
        case skipped, passed
    }

    /// A scope that an app lacks.
    package struct Scope: Equatable, Sendable, ListedDocument {
        /// The classic name.
        package let scope: String
        /// The granular scopes that the app still lacks for it.
        package let granular: [String]

        package init(scope: String, granular: [String]) {
            self.scope = scope
            self.granular = granular
        }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            scope = try members("scope", \.scope)
            granular = try members("granular", \.granular)
        }
    }

    /// The name of the check, or the code of a problem that the doctor found in the status.
    package let check: Open<CheckName>
    package let outcome: Outcome
    /// The result as text, and what to do about it.
    package let advice: Advice
    /// Why it failed at Zoom.
    package let cause: Open<ZoomCause>?
    package let missing: [Scope]

    package init(
        _ check: CheckName, _ outcome: Outcome, _ advice: Advice, cause: ZoomCause? = nil, missing: [Scope] = []
    ) {
        self.check = .known(check)
        self.outcome = outcome
        self.advice = advice
        self.cause = cause.map(Open.known)
        self.missing = missing
    }

    package init(
        _ check: CheckName, _ outcome: Outcome, _ detail: String, try hint: String? = nil, cause: ZoomCause? = nil,
        missing: [Scope] = []
    ) {
        self.init(check, outcome, Advice(detail, try: hint), cause: cause, missing: missing)
    }

    /// A problem of the status.
    package init(_ problem: HealthIssue) {
        check = .other(problem.code)
        outcome = problem.severity == .critical ? .failed : .warning
        advice = Advice((problem.subject.map { "\($0): " } ?? "") + problem.detail, try: problem.hint)
        cause = nil
        missing = []
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        check = try members("check", \.check)
        outcome = try members("outcome", \.outcome)
        advice = try members.inline(\.advice)
        cause = try members.ifPresent("cause", \.cause)
        missing = try members("missing", \.missing, omitting: [])
    }
}
