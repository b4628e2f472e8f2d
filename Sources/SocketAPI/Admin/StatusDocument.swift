package import Names
package import SecretJSON
package import Times

/// The answer to `GET /v1/status`: what is wrong first, then how each app is.
package struct StatusDocument: Equatable, Sendable, WireDocument {
    package enum State: String, Sendable { case unlocked, locked }

    /// Something that wants the operator.
    package struct Problem: Equatable, Sendable, WireDocument {
        package let code: String
        package private(set) var severity: Severity
        package let app: Name?
        package let detail: String
        package let hint: String?
        /// When something ends that cannot be had back.
        package let deadline: Timestamp?

        package init(
            _ code: AttentionCode, app: Name? = nil, _ detail: String, try hint: String? = nil,
            deadline: Timestamp? = nil
        ) {
            self.init(cause: code.rawValue, app: app, detail, try: hint, deadline: deadline)
        }

        /// - Parameter code: also one of the causes for which Zoom gives no token.
        package init(
            cause code: String, app: Name? = nil, _ detail: String, try hint: String? = nil,
            deadline: Timestamp? = nil
        ) {
            self.code = code
            self.app = app
            self.detail = detail
            self.hint = hint
            self.deadline = deadline
            severity = Severity.base(code)
        }

        /// The same, as urgent as it is at this time.
        package func graded(at now: Timestamp) -> Problem {
            var graded = self
            graded.severity = Severity(code, deadline: deadline, now: now)
            return graded
        }

        package func writeMembers(to json: inout JSONWriter) {
            json.member("code", code)
            json.member("severity", severity.rawValue)
            if let app { json.member("app", app.description) }
            json.member("detail", detail)
            if let hint { json.member("try", hint) }
            if let deadline { json.member("deadline", deadline.description) }
        }

        package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
            let named = document.member("app", of: node) != nil
            self.init(
                cause: try document.text("code", of: node), app: named ? try document.name("app", of: node) : nil,
                try document.text("detail", of: node), try: try document.optionalText("try", of: node),
                deadline: try document.optionalTime("deadline", of: node))
            guard let severity = Severity(rawValue: try document.text("severity", of: node)) else {
                throw JSONError(.outOfRange, member: "severity")
            }
            self.severity = severity
        }
    }

    package struct App: Equatable, Sendable, WireDocument {
        package enum TokenState: String, Sendable { case fresh, expired, none, refused }

        package let app: Name
        package let generation: Int
        /// When the vault learnt the current secret.
        package let secretCreatedAt: Timestamp
        package let token: TokenState
        /// Of a fresh token.
        package let tokenExpiresAt: Timestamp?
        /// The state of the rotation that is under way.
        package let rotation: String?
        package let paused: Bool
        /// When the secret is rotated by itself; in the past when it is overdue.
        package let nextRotationAt: Timestamp?
        /// When Zoom last took or refused the current secret.
        package let probedAt: Timestamp?
        /// How many clients hold a generation that is not the current one.
        package let oldHolders: Int

        package init(
            app: Name, generation: Int, secretCreatedAt: Timestamp, token: TokenState, tokenExpiresAt: Timestamp?,
            rotation: String?, paused: Bool, nextRotationAt: Timestamp?, probedAt: Timestamp?,
            oldHolders: Int
        ) {
            self.app = app
            self.generation = generation
            self.secretCreatedAt = secretCreatedAt
            self.token = token
            self.tokenExpiresAt = tokenExpiresAt
            self.rotation = rotation
            self.paused = paused
            self.nextRotationAt = nextRotationAt
            self.probedAt = probedAt
            self.oldHolders = oldHolders
        }

        package func writeMembers(to json: inout JSONWriter) {
            json.member("app", app.description)
            json.member("generation", generation)
            json.member("secret_created_at", secretCreatedAt.description)
            json.member("token", token.rawValue)
            json.member("token_expires_at", orNull: tokenExpiresAt?.description)
            json.member("rotation", orNull: rotation)
            json.member("paused", paused)
            json.member("next_rotation_at", orNull: nextRotationAt?.description)
            json.member("probed_at", orNull: probedAt?.description)
            json.member("old_holders", oldHolders)
        }

        package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
            guard let token = TokenState(rawValue: try document.text("token", of: node)) else {
                throw JSONError(.outOfRange, member: "token")
            }
            self.init(
                app: try document.name("app", of: node), generation: try document.number("generation", of: node),
                secretCreatedAt: try document.time("secret_created_at", of: node), token: token,
                tokenExpiresAt: try document.optionalTime("token_expires_at", of: node),
                rotation: try document.optionalText("rotation", of: node),
                paused: try document.flag("paused", of: node),
                nextRotationAt: try document.optionalTime("next_rotation_at", of: node),
                probedAt: try document.optionalTime("probed_at", of: node),
                oldHolders: try document.number("old_holders", of: node))
        }
    }

    package let state: State
    package let version: String
    package let startedAt: Timestamp
    /// The time of the answer, by the daemon's clock.
    package let now: Timestamp
    /// The key epoch that rows are sealed in; `nil` while locked.
    package let keyEpoch: Int?
    /// While rows of older epochs are left.
    package let resealing: ResealingDocument?
    package let problems: [Problem]
    package let apps: [App]

    package init(
        state: State, version: String, startedAt: Timestamp, now: Timestamp, keyEpoch: Int? = nil,
        resealing: ResealingDocument? = nil, problems: [Problem], apps: [App]
    ) {
        self.state = state
        self.version = version
        self.startedAt = startedAt
        self.now = now
        self.keyEpoch = keyEpoch
        self.resealing = resealing
        self.problems = problems
        self.apps = apps
    }

    /// The most urgent that there is; `nil` when nothing wants the operator.
    package var severity: Severity? { problems.map(\.severity).min() }

    /// The same with other apps and problems.
    package func with(problems: [Problem], apps: [App]) -> StatusDocument {
        StatusDocument(
            state: state, version: version, startedAt: startedAt, now: now, keyEpoch: keyEpoch, resealing: resealing,
            problems: problems, apps: apps)
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("state", state.rawValue)
        json.member("version", version)
        json.member("started_at", startedAt.description)
        json.member("now", now.description)
        if let keyEpoch { json.member("key_epoch", keyEpoch) }
        if let resealing {
            json.key("resealing")
            resealing.write(to: &json)
        }
        json.member("problems", list: problems)
        json.member("apps", list: apps)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        guard let state = State(rawValue: try document.text("state", of: node)) else {
            throw JSONError(.outOfRange, member: "state")
        }
        self.init(
            state: state, version: try document.text("version", of: node),
            startedAt: try document.time("started_at", of: node), now: try document.time("now", of: node),
            keyEpoch: try document.optionalNumber("key_epoch", of: node),
            resealing: try document.optionalDocument("resealing", of: node),
            problems: try document.list("problems", of: node), apps: try document.list("apps", of: node))
    }
}
