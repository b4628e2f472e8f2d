package import Domain
package import SecretJSON

/// Something that needs an operator's attention: a problem in the status, an alert, a line of the doctor's report.
package struct HealthIssue: Advised, Equatable, Sendable, ListedDocument {
    /// An ``AttentionCode``, or the ``ZoomCause`` for which Zoom gives no token.
    package let code: String
    package private(set) var severity: Severity
    package let app: Name?
    /// The push target.
    package let target: Name?
    package let advice: Advice
    /// When something is lost for good unless somebody acts.
    package let deadline: Timestamp?

    package init(
        code: String, app: Name? = nil, target: Name? = nil, _ advice: Advice, deadline: Timestamp? = nil
    ) {
        self.code = code
        severity = Severity.base(code)
        self.app = app
        self.target = target
        self.advice = advice
        self.deadline = deadline
    }

    package init(
        _ code: AttentionCode, app: Name? = nil, target: Name? = nil, _ advice: Advice, deadline: Timestamp? = nil
    ) {
        self.init(code: code.rawValue, app: app, target: target, advice, deadline: deadline)
    }

    package init(
        _ code: AttentionCode, app: Name? = nil, target: Name? = nil, _ detail: String, try hint: String? = nil,
        deadline: Timestamp? = nil
    ) {
        self.init(code, app: app, target: target, Advice(detail, try: hint), deadline: deadline)
    }

    /// The same issue, with its severity at this time.
    package func graded(at now: Timestamp) -> HealthIssue {
        var graded = self
        graded.severity = Severity(code, deadline: deadline, now: now)
        return graded
    }

    /// `zoom-prod, target console`; `nil` when it concerns neither an app nor a target.
    package var subject: String? {
        let names = [app?.description, target.map { "target \($0)" }].compactMap(\.self)
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }

    /// With the severity at this time, the most urgent first: by severity, by code, then by deadline.
    package static func inOrder(_ issues: [HealthIssue], at now: Timestamp) -> [HealthIssue] {
        let end = Timestamp(unixSeconds: .max)
        func key(_ issue: HealthIssue) -> (Severity, Int, Timestamp, String) {
            (issue.severity, AttentionCode.urgency(of: issue.code), issue.deadline ?? end, issue.subject ?? "")
        }
        return issues.map { $0.graded(at: now) }.sorted { key($0) < key($1) }
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        code = try members("code", \.code)
        severity = try members("severity", \.severity)
        app = try members.ifPresent("app", \.app)
        target = try members.ifPresent("target", \.target)
        advice = try members.inline(\.advice)
        deadline = try members.ifPresent("deadline", \.deadline)
    }
}
