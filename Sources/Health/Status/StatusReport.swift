import Doctor
package import Domain
import Maintenance
import Rotation
package import Scheduling
package import SocketAPI
package import Vault

/// The state of everything: problems first, each with a command to type.
package struct StatusReport: Sendable {
    /// What there is to be told of; `nil` while the vault is locked.
    package let vitals: @Sendable () -> Vitals?
    /// What is wrong with the daemon itself, locked or not.
    let host: @Sendable () -> [HealthIssue]
    /// Why the next start would not unlock the vault.
    let unlocking: @Sendable () -> String?
    package let time: any TimeSource
    package let version: String
    package let started: Moment
    let stateDirectory: String

    package init(
        vitals: @escaping @Sendable () -> Vitals?, host: @escaping @Sendable () -> [HealthIssue],
        unlocking: @escaping @Sendable () -> String? = { nil },
        time: any TimeSource, version: String, started: Moment, stateDirectory: String
    ) {
        (self.vitals, self.host, self.unlocking) = (vitals, host, unlocking)
        (self.time, self.version, self.started, self.stateDirectory) = (time, version, started, stateDirectory)
    }

    package var document: StatusDocument {
        let now = time.now
        guard let vitals = vitals() else {
            return document(.locked, now, whileLocked)
        }
        var apps: [StatusDocument.App] = []
        let problems = issues(vitals, nil) { entry, holders, recurrence in
            apps.append(Self.summary(of: entry, oldHolders: holders.count, recurrence, now))
        }
        return document(.unlocked, now, problems, apps, vitals)
    }

    /// What can be seen of a locked vault.
    var whileLocked: [HealthIssue] {
        let host = host()
        let isWaiting = host.contains { $0.code == AttentionCode.storeUnreachable.rawValue }
        let locked = isWaiting ? Self.lockedWithoutDatabase : Self.locked
        return HealthIssue.inOrder([locked] + host + disk, at: time.now.wall)
    }

    /// The line of one app.
    package static func summary(of entry: AppEntry, _ catalog: Catalog, _ now: Moment) -> StatusDocument.App {
        var recurrences = Recurrences()
        return summary(
            of: entry, oldHolders: catalog.holders(of: entry).count, try? recurrences.of(entry.app), now)
    }

    /// Lines are on disk within a second or two; in seconds.
    private static let auditPatience = 30.0

    static let locked = HealthIssue(.locked, AttentionCode.locked.advice)
    /// At a start without the vault's database.
    static let lockedWithoutDatabase = HealthIssue(
        .locked,
        "the vault is locked until its database can be reached: no client is served and nothing is rotated",
        try: "see store_unreachable; then keyturnd unlocks the vault automatically, or: keyturn unlock")

    /// All problems, most urgent first, of one app or of everything. The only source for status, metrics and alerts.
    package func issues(_ vitals: Vitals, _ name: Name? = nil) -> [HealthIssue] { issues(vitals, name) { _, _, _ in } }

    /// - Parameter visit: called with each app, the holders of its old secret, and its recurrence: there may be many apps.
    private func issues(
        _ vitals: Vitals, _ name: Name?, _ visit: (AppEntry, [Name], Recurrence?) -> Void
    ) -> [HealthIssue] {
        let now = time.now.wall
        let catalog = vitals.vault.catalog
        var recurrences = Recurrences()
        let entries = name.map { catalog.app($0).map { [$0] } ?? [] } ?? catalog.apps
        let targets = Dictionary(grouping: catalog.targets, by: \.target.appID)
        var stuck: Set<Name> = []
        let apps = entries.flatMap { entry in
            let holders = catalog.holders(of: entry)
            let recurrence = Result { () throws(ScheduleError) in try recurrences.of(entry.app) }
            visit(entry, holders, try? recurrence.get())
            let problems = AppProblems(
                entry: entry, holders: holders, recurrence: recurrence, now: now,
                targets: targets[entry.app.id] ?? [], ungranted: catalog.ungranted(holders, entry.app.name),
                unsaved: vitals.failedCommits[entry.app.id])
            if let wait = problems.wait, wait.row.kind == .targets, wait.isTooLong(now) {
                stuck.formUnion(wait.names)
            }
            return problems.all
        }
        let spool = vitals.spool.filter { name == nil || $0.app == nil || $0.app == name }
        let general =
            host() + Self.hostProblems(vitals.vault)
            + ClockProblem.problems(vitals.vault.newestTime, now: now) + ClockProblem.jump(time.now, since: started)
            + ClockProblem.difference(vitals.clock) + disk
            + Self.auditProblems(vitals.audit) + Self.keyProblems(vitals) + unlockProblems
            + ZoomProblems.problems(vitals.zoom, catalog, time.now)
            + spool.map { HealthIssue($0) }
        let policies = name == nil ? PolicyProblems.problems(catalog) : []
        let targetIssues = TargetProblems.issues(catalog, app: name, stuck: stuck, now: now)
        return HealthIssue.inOrder(general + apps + targetIssues + policies, at: now)
    }

    private func document(
        _ state: StatusDocument.State, _ now: Moment, _ problems: [HealthIssue],
        _ apps: [StatusDocument.App] = [], _ vitals: Vitals? = nil
    ) -> StatusDocument {
        StatusDocument(
            state: state, version: version, startedAt: started.wall, now: now.wall,
            keyEpoch: vitals?.vault.keyEpoch, resealing: vitals?.resealing.progress.map(ResealingDocument.init),
            problems: problems, apps: apps)
    }

    private var unlockProblems: [HealthIssue] {
        unlocking().map { [HealthIssue(.unlockKeyGone, AttentionCode.unlockKeyGone.advice(because: $0))] } ?? []
    }

    private static func keyProblems(_ vitals: Vitals) -> [HealthIssue] {
        var problems = vitals.vault.damagedSlots.map { slot in
            HealthIssue(
                .keySlotDamaged,
                "key slot \(slot) is damaged or missing: its unlock key may no longer unlock the vault",
                try: AttentionCode.keySlotDamaged.advice.hint?.replacing("SLOT", with: "\(slot)"))
        }
        if let trouble = vitals.resealing.trouble {
            problems.append(
                HealthIssue(.keyRotationWaits, AttentionCode.keyRotationWaits.advice(because: trouble)))
        }
        return problems
    }

    private static func hostProblems(_ vault: Vault) -> [HealthIssue] {
        // What an owner may do, a process that lost the vault to another cannot.
        (vault.hasOtherOwner && vault.storeTrouble?.isForGood != true
            ? [HealthIssue(.vaultElsewhere, Vault.ownedElsewhere.advice)] : [])
            + (vault.storeTrouble == nil ? VaultProblems.problems(vault.changeFailure, hang: vault.changesHang) : [])
    }

    /// Reported before the log and the vault run out of space, not only then.
    private var disk: [HealthIssue] {
        DiskRoom(at: stateDirectory).flatMap { Self.problem($0, at: stateDirectory) }.map { [$0] } ?? []
    }

    static func problem(_ room: DiskRoom, at path: String) -> HealthIssue? {
        let code: AttentionCode
        switch room.verdict {
        case .enough: return nil
        case .low: code = .diskLow
        case .full: code = .diskFull
        }
        return .init(code, "\(path) has \(room.words)", try: code.advice.hint)
    }

    private static func auditProblems(_ audit: Vitals.Audit) -> [HealthIssue] {
        var problems: [HealthIssue] = []
        if let reason = audit.unavailable {
            problems.append(HealthIssue(.auditUnavailable, AttentionCode.auditUnavailable.advice(because: reason)))
        }
        if audit.unavailable == nil, audit.lag.seconds >= Self.auditPatience {
            let waiting =
                "\(counted(audit.lag.lines, "line")) waited up to \(countdown(Int(audit.lag.seconds))) for the disk"
            problems.append(HealthIssue(.auditUnavailable, AttentionCode.auditUnavailable.advice(because: waiting)))
        }
        if let trouble = audit.trouble {
            problems.append(
                HealthIssue(
                    .auditLogChanged,
                    AttentionCode.auditLogChanged.advice(because: "\(trouble.words); first seen at \(trouble.since)")))
        }
        return problems + RefusalProblems.problems(audit.countedRefusals, audit.limits)
    }

    private static func summary(
        of entry: AppEntry, oldHolders: Int, _ recurrence: Recurrence?, _ now: Moment
    ) -> StatusDocument.App {
        let left = entry.token.map { $0.secondsLeft(at: now) } ?? 0
        let isRefused = entry.refusal.map { !$0.mayPass } ?? false
        let state: StatusDocument.App.TokenState =
            if left > 0 { .fresh } else if isRefused { .refused } else if entry.token != nil { .expired } else { .none }
        return StatusDocument.App(
            app: entry.app.name, generation: entry.credential.generation.number,
            secretCreatedAt: entry.credential.createdAt, token: state,
            tokenExpiresAt: left > 0 ? entry.token?.expiresAt(at: now) : nil,
            rotation: entry.rotation?.phase, paused: entry.app.policy.isPaused,
            nextRotationAt: entry.nextRotation(recurrence, now.wall), probedAt: entry.verifiedAt, oldHolders: oldHolders
        )
    }
}

extension Catalog {
    /// The clients among these that may no longer fetch the app's credentials.
    fileprivate func ungranted(_ clients: [Name], _ app: Name) -> Set<Name> {
        Set(clients.filter { name in !(client(name)?.grants.contains { $0.covers(app, .credentials) } ?? false) })
    }
}

extension AppEntry {
    /// When the secret is rotated automatically; in the past when it is overdue.
    package func nextRotation(_ recurrence: Recurrence?, _ now: Timestamp) -> Timestamp? {
        RotationDue(self, schedulerState: schedulerState, recurrence: recurrence, now: now, catchingUp: false)?.begins
    }
}
