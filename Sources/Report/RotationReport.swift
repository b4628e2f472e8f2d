package import Domain
package import SecretJSON
package import SocketAPI

/// A report about rotations in a period: composed of the daemon's answers, and the same in every form.
package struct RotationReport: Equatable, Sendable, ListedDocument {
    package static let format = 1

    /// The period, and the time of the report.
    package let since: Timestamp
    package let now: Timestamp
    package let version: String
    /// The host's name, and who made the report.
    package let host: String
    package let madeBy: String
    /// Which apps: `env=prod`; `nil` for all.
    package let selection: String?
    package let apps: [App]
    /// What needs attention now, and what happened in the period, most urgent first.
    package let exceptions: [Exception]
    /// What operators did, newest first.
    package let actions: [LogLine]
    /// Whether there are older actions of the period, which are left out.
    package let hasMoreActions: Bool
    /// Requests that were refused without lines of their own, whatever they asked for.
    package let refusals: [EvidencePage.Refusals]
    /// What a verification of the whole audit log found, and its head.
    package let audit: AuditReport
    package let verifiedAt: Timestamp

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        _ = try members("format", { _ in Self.format }, where: { $0 == Self.format })
        since = try members("since", \.since)
        now = try members("now", \.now)
        version = try members("version", \.version)
        host = try members("host", \.host)
        madeBy = try members("made_by", \.madeBy)
        selection = try members.orNull("selection", \.selection)
        audit = try members("audit", \.audit)
        verifiedAt = try members("audit_verified_at", \.verifiedAt)
        refusals = try members("refusals", \.refusals)
        exceptions = try members("exceptions", \.exceptions)
        apps = try members("apps", \.apps)
        actions = try members("actions", \.actions)
        hasMoreActions = try members("more_actions", \.hasMoreActions)
    }

    /// - Parameters:
    ///   - actions: the lines of operators in the period, in order.
    ///   - clock: what the report itself knows.
    package init(
        since: Timestamp, status: StatusDocument, apps: [AppDocument], evidence: [AppEvidence],
        targets: [TargetDocument], actions: [String], hasMoreActions: Bool, refusals: [EvidencePage.Refusals],
        audit: AuditReport, verifiedAt: Timestamp, host: String, madeBy: String, selection: String?
    ) {
        (self.since, now, version) = (since, status.now, status.version)
        (self.host, self.madeBy, self.selection) = (host, madeBy, selection)
        (self.hasMoreActions, self.audit, self.verifiedAt) = (hasMoreActions, audit, verifiedAt)
        // They are about no app, so a selection has none.
        self.refusals = selection == nil ? refusals : []
        let found = Dictionary(evidence.map { ($0.app, $0) }) { $1 }
        let summaries = Dictionary(status.apps.map { ($0.app, $0) }) { $1 }
        let byApp = Dictionary(grouping: targets, by: \.app)
        self.apps = apps.sorted { $0.name < $1.name }.compactMap { app in
            guard let evidence = found[app.name] else { return nil }
            return App(
                app, summaries[app.name], evidence, byApp[app.name] ?? [], since: since, now: status.now)
        }
        let names = Set(self.apps.map(\.name))
        let problems = status.problems.filter { $0.app.map(names.contains) ?? (selection == nil) }
        exceptions = Exception.all(problems, self.apps, found, self.refusals, now: status.now)
        // An action about no app concerns all of them.
        self.actions = actions.reversed().compactMap(LogLine.init).filter { line in
            selection == nil || (line.app.flatMap { Name($0) }.map(names.contains) ?? true)
        }
    }
}

extension RotationReport {
    /// An app, its age against its policy, and its history in the period.
    package struct App: Equatable, Sendable, MemberList {
        package let name: Name
        package let owner: String?
        package let description: String?
        package let labels: Labels
        package let generation: Int
        package let secretCreatedAt: Timestamp
        package let policy: PolicyDocument
        /// The state of the running rotation.
        package let state: Open<RotationPhase>?
        package let generations: [HistoryDocument.Generation]
        /// Oldest first.
        package let rotations: [RotationEvidence]
        package let requests: [AppEvidence.Requests]
        package let holders: [HolderList.Holder]
        package let targets: [Target]
        /// How many lines of the log, and requests, are left out because there are too many.
        package let linesLeftOut: Int
        package let requestsLeftOut: Int

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            name = try members("name", \.name)
            owner = try members.orNull("owner", \.owner)
            description = try members.orNull("description", \.description)
            labels = try members("labels", \.labels)
            generation = try members("generation", \.generation)
            secretCreatedAt = try members("secret_created_at", \.secretCreatedAt)
            policy = try members("policy", \.policy)
            state = try members.orNull("state", \.state)
            generations = try members("generations", \.generations)
            rotations = try members("rotations", \.rotations)
            requests = try members("requests", \.requests)
            holders = try members("holders", \.holders)
            targets = try members("targets", \.targets)
            linesLeftOut = try members("lines_left_out", \.linesLeftOut)
            requestsLeftOut = try members("requests_left_out", \.requestsLeftOut)
        }

        fileprivate init(
            _ app: AppDocument, _ summary: StatusDocument.App?, _ evidence: AppEvidence, _ targets: [TargetDocument],
            since: Timestamp, now: Timestamp
        ) {
            (name, owner, description) = (app.name, app.profile[.owner], app.profile[.description])
            (labels, generation, secretCreatedAt) = (app.labels, app.generation, app.secretCreatedAt)
            (policy, state) = (app.policy, summary?.rotation)
            generations = evidence.history.generations
            let lines = evidence.lines.compactMap(LogLine.init)
            let documents = evidence.history.rotations
            rotations = documents.map { one in
                RotationEvidence(
                    one, after: documents.last { $0.successor == one.id }?.id, lines: lines,
                    requests: evidence.requests, holders: evidence.holders, targets: targets, now: now
                )
            }
            (requests, holders) = (evidence.requests, evidence.holders)
            self.targets = targets.map(Target.init)
            (linesLeftOut, requestsLeftOut) = (evidence.linesLeftOut, evidence.requestsLeftOut)
        }

        /// Seconds.
        package func age(_ now: Timestamp) -> Int { max(now - secretCreatedAt, 0) }

        /// The age as a part of the time from one rotation to the next; `nil` without a policy.
        package func spent(_ now: Timestamp) -> Double? {
            policy.policy.every.map { Double(age(now)) / Double(max($0, 1)) }
        }

        /// Whether the secret is older than the interval of its policy, whatever keeps it from being rotated.
        package func isOverdue(_ now: Timestamp) -> Bool { policy.policy.every.map { age(now) > $0 } ?? false }
    }

    /// A push target, and what it has.
    package struct Target: Equatable, Sendable, MemberList {
        package let name: Name
        package let adminURL: String
        package let connection: String
        package let generation: Int?
        package let pushedAt: Timestamp?
        package let changedAt: Timestamp?

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            name = try members("name", \.name)
            adminURL = try members("admin_url", \.adminURL)
            connection = try members("connection", \.connection)
            generation = try members.orNull("generation", \.generation)
            pushedAt = try members.orNull("pushed_at", \.pushedAt)
            changedAt = try members.orNull("changed_at", \.changedAt)
        }

        fileprivate init(_ target: TargetDocument) {
            (name, adminURL, connection) = (target.name, target.adminURL, target.connection)
            (generation, pushedAt, changedAt) = (target.generation, target.pushedAt, target.changedAt)
        }
    }
}
