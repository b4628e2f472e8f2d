import Doctor
package import Domain
import Maintenance
import Rotation
package import Scheduling
package import SocketAPI
import Vault

/// The state of everything: problems first, each with a command to type.
package struct StatusReport: Sendable {
    /// What there is to be told of; `nil` while the vault is locked.
    package let vitals: @Sendable () -> Vitals?
    /// What is wrong with the sockets.
    let sockets: @Sendable () -> [StatusDocument.Problem]
    package let time: any TimeSource
    package let version: String
    package let started: Moment
    let stateDirectory: String

    package init(
        vitals: @escaping @Sendable () -> Vitals?, sockets: @escaping @Sendable () -> [StatusDocument.Problem],
        time: any TimeSource, version: String, started: Moment, stateDirectory: String
    ) {
        (self.vitals, self.sockets) = (vitals, sockets)
        (self.time, self.version, self.started, self.stateDirectory) = (time, version, started, stateDirectory)
    }

    /// - Parameter name: of one app, or of everything.
    package func document(_ name: Name?) throws(Problem) -> StatusDocument {
        let now = time.now
        guard let vitals = vitals() else { return document(.locked, now, [Self.locked] + sockets() + disk) }
        let catalog = vitals.vault.catalog
        var entries = catalog.apps
        if let name {
            guard let entry = catalog.app(name) else { throw Problem(Vault.noSuchApp(name)) }
            entries = [entry]
        }
        var recurrences = Recurrences()
        let apps = entries.map { entry in
            Self.app(
                entry, try? recurrences.of(entry.app), now, oldHolders: catalog.holders(of: entry).count)
        }
        return document(.unlocked, now, attentions(vitals, name).map(\.problem), apps, vitals)
    }

    static let locked = StatusDocument.Problem(
        .locked, "the vault is locked: no client is served", try: "keyturn unlock")

    /// A problem that needs attention, and the push target that it concerns.
    struct Attention {
        let problem: StatusDocument.Problem
        var target: Name?
    }

    /// All problems, most urgent first, of one app or of everything. The only source for status, metrics and alerts.
    func attentions(_ vitals: Vitals, _ name: Name? = nil) -> [Attention] {
        let now = time.now.wall
        let catalog = vitals.vault.catalog
        var recurrences = Recurrences()
        let entries = name.map { catalog.app($0).map { [$0] } ?? [] } ?? catalog.apps
        let targets = Dictionary(grouping: catalog.targets, by: \.target.appID)
        var stuck: Set<Name> = []
        let ranked = entries.flatMap { entry in
            let holders = catalog.holders(of: entry)
            let problems = AppProblems(
                entry: entry, holders: holders,
                recurrence: Result { () throws(ScheduleError) in try recurrences.of(entry.app) }, now: now,
                targets: targets[entry.app.id] ?? [], ungranted: catalog.ungranted(holders, entry.app.name))
            if let wait = problems.wait, wait.row.kind == .targets, wait.isTooLong(now) {
                stuck.formUnion(wait.names)
            }
            return problems.all
        }
        let spool = vitals.spool.filter { name == nil || $0.app == nil || $0.app == name }
        let host =
            sockets() + Self.hostProblems(vitals.vault)
            + ClockProblem.problems(vitals.vault.newestTime, now: now) + ClockProblem.jump(time.now, since: started)
            + disk
            + Self.auditProblems(vitals.audit) + Self.keyProblems(vitals)
            + ZoomProblems.problems(vitals.zoom, catalog, time.now)
            + spool.map(StatusDocument.Problem.init)
        let policies = name == nil ? PolicyProblems.problems(catalog) : []
        let all =
            (host + AppProblems.inOrder(ranked)).map { Attention(problem: $0) }
            + TargetProblems.attentions(catalog, app: name, stuck: stuck, now: now)
            + policies.map { Attention(problem: $0) }
        return Self.graded(all, now)
    }

    /// The problems with their severity at this time. Equally urgent ones keep their order.
    private static func graded(_ attentions: [Attention], _ now: Timestamp) -> [Attention] {
        let graded = attentions.map { Attention(problem: $0.problem.graded(at: now), target: $0.target) }
        return Severity.allCases.flatMap { severity in graded.filter { $0.problem.severity == severity } }
    }

    /// Like ``attentions(_:_:)``, for everything.
    package func problems(_ vitals: Vitals) -> [StatusDocument.Problem] { attentions(vitals).map(\.problem) }

    private func document(
        _ state: StatusDocument.State, _ now: Moment, _ problems: [StatusDocument.Problem],
        _ apps: [StatusDocument.App] = [], _ vitals: Vitals? = nil
    ) -> StatusDocument {
        StatusDocument(
            state: state, version: version, startedAt: started.wall, now: now.wall,
            keyEpoch: vitals?.vault.keyEpoch, resealing: vitals?.resealing.progress.map(ResealingDocument.init),
            problems: problems, apps: apps)
    }

    private static func keyProblems(_ vitals: Vitals) -> [StatusDocument.Problem] {
        var problems = vitals.vault.damagedSlots.map { slot in
            StatusDocument.Problem(
                .keySlotDamaged,
                "key slot \(slot) is damaged or missing: its unlock key may no longer unlock the vault",
                try: "keyturn key remove \(slot), then add another one: keyturn key add")
        }
        if let trouble = vitals.resealing.trouble {
            problems.append(
                .init(
                    .keyRotationWaits, "the vault's new key is not in use everywhere: \(trouble)",
                    try: "wait, it is retried each minute; if something is damaged, restore a backup"))
        }
        return problems
    }

    private static func hostProblems(_ vault: Vault) -> [StatusDocument.Problem] {
        vault.isElsewhere ? [.init(.vaultElsewhere, Vault.elsewhere.detail, try: Vault.elsewhere.hint)] : []
    }

    /// Reported before the log and the vault run out of space, not only then.
    private var disk: [StatusDocument.Problem] {
        DiskRoom(at: stateDirectory).flatMap { Self.problem($0, at: stateDirectory) }.map { [$0] } ?? []
    }

    static func problem(_ room: DiskRoom, at path: String) -> StatusDocument.Problem? {
        let code: AttentionCode
        switch room.verdict {
        case .enough: return nil
        case .low: code = .diskLow
        case .full: code = .diskFull
        }
        return .init(code, "\(path) has \(room.words)", try: DiskRoom.hint)
    }

    private static func auditProblems(_ audit: Vitals.Audit) -> [StatusDocument.Problem] {
        var problems: [StatusDocument.Problem] = []
        if audit.isUnavailable {
            problems.append(
                .init(
                    .auditUnavailable, "the audit log cannot be written: no answer with a secret is sent",
                    try: "free some space in the state directory; the daemon's log says why"))
        }
        if let trouble = audit.trouble {
            problems.append(
                .init(
                    .auditLogChanged,
                    "the audit log was changed: \(trouble.words); first seen at \(trouble.since)",
                    try: "keyturn audit verify; once you know why: keyturn audit acknowledge"))
        }
        return problems + RefusalProblems.problems(audit.countedRefusals, audit.limits)
    }

    private static func app(_ entry: AppEntry, _ recurrence: Recurrence?, _ now: Moment, oldHolders: Int)
        -> StatusDocument.App
    {
        let left = entry.token.map { $0.secondsLeft(at: now) } ?? 0
        let isRefused = entry.refusal.map { !$0.mayPass } ?? false
        let state: StatusDocument.App.TokenState =
            if left > 0 { .fresh } else if isRefused { .refused } else if entry.token != nil { .expired } else { .none }
        return StatusDocument.App(
            app: entry.app.name, generation: entry.credential.generation.number,
            secretCreatedAt: entry.credential.createdAt, token: state,
            tokenExpiresAt: left > 0 ? entry.token?.expiresAt(at: now) : nil,
            rotation: entry.rotation?.phase, paused: entry.app.policy.isPaused,
            nextRotationAt: entry.nextRotation(recurrence, now.wall), probedAt: entry.lastLook?.at,
            oldHolders: oldHolders)
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
        RotationDue(self, upkeep: upkeep, recurrence: recurrence, now: now, catchingUp: false)?.begins
    }
}
