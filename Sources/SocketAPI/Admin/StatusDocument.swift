package import Domain
package import SecretJSON

/// The answer to `GET /v1/status`: problems first, then the state of each app.
package struct StatusDocument: Equatable, Sendable, ListedDocument {
    package enum State: String, JSONValue, Sendable { case unlocked, locked }

    package struct App: Equatable, Sendable, ListedDocument {
        package enum TokenState: String, JSONValue, Sendable { case fresh, expired, none, refused }

        package let app: Name
        package let generation: Int
        /// When the current secret was stored in the vault.
        package let secretCreatedAt: Timestamp
        package let token: TokenState
        /// The expiry of a valid token.
        package let tokenExpiresAt: Timestamp?
        /// The state of the running rotation.
        package let rotation: Open<RotationPhase>?
        package let paused: Bool
        /// When the secret is rotated automatically; in the past when it is overdue.
        package let nextRotationAt: Timestamp?
        /// When Zoom last accepted or refused the current secret.
        package let probedAt: Timestamp?
        /// The number of clients that hold a generation other than the current one.
        package let oldHolders: Int

        package init(
            app: Name, generation: Int, secretCreatedAt: Timestamp, token: TokenState, tokenExpiresAt: Timestamp?,
            rotation: RotationPhase?, paused: Bool, nextRotationAt: Timestamp?, probedAt: Timestamp?,
            oldHolders: Int
        ) {
            self.app = app
            self.generation = generation
            self.secretCreatedAt = secretCreatedAt
            self.token = token
            self.tokenExpiresAt = tokenExpiresAt
            self.rotation = rotation.map(Open.known)
            self.paused = paused
            self.nextRotationAt = nextRotationAt
            self.probedAt = probedAt
            self.oldHolders = oldHolders
        }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            app = try members("app", \.app)
            generation = try members("generation", \.generation)
            secretCreatedAt = try members("secret_created_at", \.secretCreatedAt)
            token = try members("token", \.token)
            tokenExpiresAt = try members.orNull("token_expires_at", \.tokenExpiresAt)
            rotation = try members.orNull("rotation", \.rotation)
            paused = try members("paused", \.paused)
            nextRotationAt = try members.orNull("next_rotation_at", \.nextRotationAt)
            probedAt = try members.orNull("probed_at", \.probedAt)
            oldHolders = try members("old_holders", \.oldHolders)
        }
    }

    package let state: State
    package let version: String
    package let startedAt: Timestamp
    /// The time of the answer, by the daemon's clock.
    package let now: Timestamp
    /// The key epoch in which rows are sealed; `nil` while locked.
    package let keyEpoch: Int?
    /// Present while rows of older epochs remain.
    package let resealing: ResealingDocument?
    package let problems: [HealthIssue]
    package let apps: [App]

    package init(
        state: State, version: String, startedAt: Timestamp, now: Timestamp, keyEpoch: Int? = nil,
        resealing: ResealingDocument? = nil, problems: [HealthIssue], apps: [App]
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

    /// The highest severity; `nil` when there are no problems.
    package var severity: Severity? { problems.map(\.severity).min() }

    /// A copy with other apps and problems.
    package func with(problems: [HealthIssue], apps: [App]) -> StatusDocument {
        StatusDocument(
            state: state, version: version, startedAt: startedAt, now: now, keyEpoch: keyEpoch, resealing: resealing,
            problems: problems, apps: apps)
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        state = try members("state", \.state)
        version = try members("version", \.version)
        startedAt = try members("started_at", \.startedAt)
        now = try members("now", \.now)
        keyEpoch = try members.ifPresent("key_epoch", \.keyEpoch)
        resealing = try members.ifPresent("resealing", \.resealing)
        problems = try members("problems", \.problems)
        apps = try members("apps", \.apps)
    }
}
