package import Domain
package import SecretJSON

/// The answer to `GET /v1/apps/{app}/status`: everything about one app, in the forms that the other answers have.
package struct AppStatusDocument: Equatable, Sendable, ListedDocument {
    /// The time of the answer, by the daemon's clock.
    package let now: Timestamp
    package let app: AppDocument
    /// The app's line in the status of everything.
    package let summary: StatusDocument.App
    /// The app's problems and the host's, most urgent first.
    package let problems: [HealthIssue]
    /// The running rotation.
    package let rotation: RotationDocument?
    package let progress: RotationProgress?
    package let holders: [HolderList.Holder]
    package let targets: [TargetDocument]
    /// The last ten, oldest first.
    package let events: [RecentEvent]

    package init(
        now: Timestamp, app: AppDocument, summary: StatusDocument.App, problems: [HealthIssue],
        progress: RotationProgress?, history: HistoryDocument, holders: [HolderList.Holder], targets: [TargetDocument]
    ) {
        self.now = now
        self.app = app
        self.summary = summary
        self.problems = problems
        rotation = history.rotations.last { $0.endedAt == nil }
        self.progress = progress
        self.holders = holders
        self.targets = targets
        events = RecentEvent.last(10, app: app, history: history, holders: holders, targets: targets)
    }

    /// The highest severity; `nil` when there are no problems.
    package var severity: Severity? { problems.map(\.severity).min() }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        now = try members("now", \.now)
        app = try members("app", \.app)
        summary = try members("summary", \.summary)
        problems = try members("problems", \.problems)
        rotation = try members.orNull("rotation", \.rotation)
        progress = try members.orNull("progress", \.progress)
        holders = try members("holders", \.holders)
        targets = try members("targets", \.targets)
        events = try members("events", \.events)
    }
}

/// How far a running rotation is, and what it waits for.
package struct RotationProgress: Equatable, Sendable, ListedDocument {
    /// The steps of a rotation that goes well, in order.
    package static let steps: [RotationPhase] = [
        .planned, .intended, .received, .verified, .current, .published, .draining, .retired,
    ]

    /// The one of these steps that it has reached, also while it is blocked.
    package let step: Open<RotationPhase>
    /// The table of docs/rotation.md has them.
    package let waitsFor: Open<WaitKind>
    /// The same as text, which continues "waits for".
    package let detail: String
    /// The targets or clients that are waited for.
    package let names: [Name]
    package let since: Timestamp
    /// The normal duration in seconds; `nil` for as long as configured.
    package let usual: Int?
    /// When the wait ends, or the next attempt is made; `nil` when it needs the operator.
    package let until: Timestamp?
    /// When the secret that a consumer still has expires.
    package let deadline: Timestamp?

    package init(
        step: RotationPhase, waitsFor: WaitKind, detail: String, names: [Name], since: Timestamp, usual: Int?,
        until: Timestamp?, deadline: Timestamp?
    ) {
        self.step = .known(step)
        self.waitsFor = .known(waitsFor)
        self.detail = detail
        self.names = names
        self.since = since
        self.usual = usual
        self.until = until
        self.deadline = deadline
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        step = try members("step", \.step)
        waitsFor = try members("waits_for", \.waitsFor)
        detail = try members("detail", \.detail)
        names = try members("names", \.names)
        since = try members("since", \.since)
        usual = try members.orNull("usual", \.usual)
        until = try members.orNull("until", \.until)
        deadline = try members.orNull("deadline", \.deadline)
    }
}
