package import SecretJSON

/// The results of the doctor's checks, or of those of an app's or a target's settings.
package struct CheckResults: Equatable, Sendable, ListedDocument {
    package let checks: [CheckResult]

    package init(_ checks: [CheckResult]) { self.checks = checks }

    /// Sorted by outcome.
    package init(worstFirst checks: [CheckResult]) {
        self.init(CheckResult.Outcome.allCases.flatMap { outcome in checks.filter { $0.outcome == outcome } })
    }

    /// Whether no check failed.
    package var passed: Bool { checks.allSatisfy { $0.outcome != .failed } }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        members.derived("passed", \.passed)
        checks = try members("checks", \.checks)
    }
}

/// The answer to `POST /v1/apps`: the app as stored, and the checks before that.
package struct AddedApp: Equatable, Sendable, ListedDocument {
    package let app: AppDocument
    package let verification: CheckResults

    package init(app: AppDocument, verification: CheckResults) {
        self.app = app
        self.verification = verification
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        app = try members("app", \.app)
        verification = try members("verification", \.verification)
    }
}
