package import Domain
package import SecretJSON

/// The checks of an app's credentials, and the meaning of each result.
package struct Verification: Equatable, Sendable, ListedDocument {
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

    package struct Check: Equatable, Sendable, ListedDocument {
        package enum Outcome: String, JSONValue, Sendable {
            case passed, failed, skipped
            /// Not as recommended, but nothing fails because of it now.
            case warning
        }

        /// `token`, `scopes`, `scim` or `rotation`.
        package let check: String
        package let outcome: Outcome
        /// The result as text.
        package let detail: String
        /// What to do about it.
        package let hint: String?
        /// Why it failed at Zoom.
        package let cause: Open<ZoomCause>?
        package let missing: [Scope]

        package init(
            _ check: String, _ outcome: Outcome, _ detail: String, try hint: String? = nil, cause: ZoomCause? = nil,
            missing: [Scope] = []
        ) {
            self.check = check
            self.outcome = outcome
            self.detail = detail
            self.hint = hint
            self.cause = cause.map(Open.known)
            self.missing = missing
        }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            check = try members("check", \.check)
            outcome = try members("outcome", \.outcome)
            detail = try members("detail", \.detail)
            hint = try members.ifPresent("try", \.hint)
            cause = try members.ifPresent("cause", \.cause)
            missing = try members("missing", \.missing, omitting: [])
        }
    }

    package let checks: [Check]

    package init(checks: [Check]) { self.checks = checks }

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
