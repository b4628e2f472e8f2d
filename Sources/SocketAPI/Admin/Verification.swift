package import SecretJSON

/// The checks of an app's credentials, and the meaning of each result.
package struct Verification: Equatable, Sendable, ListedDocument {
    package let checks: [CheckResult]

    package init(checks: [CheckResult]) { self.checks = checks }

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
    package let verification: Verification

    package init(app: AppDocument, verification: Verification) {
        self.app = app
        self.verification = verification
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        app = try members("app", \.app)
        verification = try members("verification", \.verification)
    }
}
