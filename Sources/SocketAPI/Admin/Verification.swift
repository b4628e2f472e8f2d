package import SecretJSON

/// What was tried with an app's credentials, and what each answer means.
package struct Verification: Equatable, Sendable, WireDocument {
    /// A scope that an app lacks.
    package struct Scope: Equatable, Sendable, WireDocument {
        /// By its classic name.
        package let scope: String
        /// What an app with granular scopes lacks of it.
        package let granular: [String]

        package init(scope: String, granular: [String]) {
            self.scope = scope
            self.granular = granular
        }

        package func writeMembers(to json: inout JSONWriter) {
            json.member("scope", scope)
            json.member("granular", texts: granular)
        }

        package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
            self.init(scope: try document.text("scope", of: node), granular: try document.texts("granular", of: node))
        }
    }

    package struct Check: Equatable, Sendable, WireDocument {
        package enum Outcome: String, Sendable {
            case passed, failed, skipped
            /// Not as it should be, and nothing that is wanted now fails for it.
            case warning
        }

        /// `token`, `scopes`, `scim` or `rotation`.
        package let check: String
        package let outcome: Outcome
        /// What was found.
        package let detail: String
        /// What to do about it.
        package let hint: String?
        /// Why it failed, in a word that does not change, such as `wrong_account`.
        package let cause: String?
        package let missing: [Scope]

        package init(
            _ check: String, _ outcome: Outcome, _ detail: String, try hint: String? = nil, cause: String? = nil,
            missing: [Scope] = []
        ) {
            self.check = check
            self.outcome = outcome
            self.detail = detail
            self.hint = hint
            self.cause = cause
            self.missing = missing
        }

        package func writeMembers(to json: inout JSONWriter) {
            json.member("check", check)
            json.member("outcome", outcome.rawValue)
            json.member("detail", detail)
            if let hint { json.member("try", hint) }
            if let cause { json.member("cause", cause) }
            if !missing.isEmpty { json.member("missing", list: missing) }
        }

        package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
            guard let outcome = Outcome(rawValue: try document.text("outcome", of: node)) else {
                throw JSONError(.outOfRange, member: "outcome")
            }
            self.init(
                try document.text("check", of: node), outcome, try document.text("detail", of: node),
                try: try document.optionalText("try", of: node),
                cause: try document.optionalText("cause", of: node),
                missing: document.member("missing", of: node) == nil ? [] : try document.list("missing", of: node))
        }
    }

    package let checks: [Check]

    package init(checks: [Check]) { self.checks = checks }

    /// Whether nothing failed.
    package var passed: Bool { checks.allSatisfy { $0.outcome != .failed } }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("passed", passed)
        json.member("checks", list: checks)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        checks = try document.list("checks", of: node)
    }
}

/// The answer to `POST /v1/apps`: the app as stored, and what was checked before.
package struct AddedApp: Equatable, Sendable, WireDocument {
    package let app: AppDocument
    package let verification: Verification

    package init(app: AppDocument, verification: Verification) {
        self.app = app
        self.verification = verification
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.key("app")
        app.write(to: &json)
        json.key("verification")
        verification.write(to: &json)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        app = try AppDocument(try document.require("app", of: node), in: document)
        verification = try Verification(try document.require("verification", of: node), in: document)
    }
}
