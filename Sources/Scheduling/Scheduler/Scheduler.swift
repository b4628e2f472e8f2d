package import Domain
package import Rotation
import Synchronization
package import Tokens
package import Vault

/// Does the automatic work when it is due: in order of due time, a few of each kind at a time, and at most one of a
/// kind for an app.
///
/// Visits all apps only at a start and when time was lost. Otherwise an app's due times are computed again when its
/// entry has changed, and after work for it, whatever the result.
package actor Scheduler {
    /// The most work of each kind at a time. A call to Zoom takes at most 15 seconds.
    package struct Limits: Sendable {
        /// Each may hold a new secret only in memory for a moment.
        package var rotations = 8
        /// Of the 256 calls that may be in flight: clients that wait for a token come first.
        package var tokens = 32
        /// Enough for 100,000 apps a day, without a burst after a day of downtime.
        package var probes = 2

        package init() {}

        func most(_ work: Work) -> Int {
            switch work {
            case .rotation: rotations
            case .token: tokens
            case .probe, .candidate: probes
            }
        }
    }

    /// The names of apps with changed entries; filled on the thread that commits.
    private final class Changes: Sendable {
        private let names = Mutex<Set<Name>>([])
        func record(_ name: Name) { names.withLock { _ = $0.insert(name) } }
        func drain() -> Set<Name> {
            names.withLock { names in
                defer { names = [] }; return names
            }
        }
    }

    let vault: Vault
    let engine: RotationEngine
    let tokens: TokenKeeper
    let time: any TimeSource
    let makeID: @Sendable () -> String
    /// Returns the scopes that an app needs and that are not in the list.
    let lacking: @Sendable ([String]) -> [String]
    /// Returns whether Zoom gives an app tokens that may change its secret; `nil` when Zoom did not say. Called only
    /// with a secret that Zoom has just accepted.
    let mayRotate: @Sendable (AppEntry) async -> SchedulerState.RotationScope?
    let note: @Sendable (SchedulerEvent) -> Void
    private let limits: Limits
    private let changes = Changes()

    private var recurrences = Recurrences()
    private var queues: [Work: DueQueue] = [:]
    private var underWay: [Work: [Name: Task<Void, Never>]] = [:]
    /// Until when, in seconds of the boot clock, an app rests although work is due.
    private var resting: [Work: [Name: Int]] = [:]
    /// The generation that each running rotation replaces. If the rotation is gone while this generation is still
    /// current, it failed.
    private var replacing: [Name: Generation] = [:]
    private var last: Moment?
    private var saving: Task<Void, Never>?
    private var isStopped = false
    var unsaved = UnsavedSchedulerStates()

    package init(
        vault: Vault, engine: RotationEngine, tokens: TokenKeeper, time: any TimeSource, limits: Limits = Limits(),
        lacking: @escaping @Sendable ([String]) -> [String],
        mayRotate: @escaping @Sendable (AppEntry) async -> SchedulerState.RotationScope? = { _ in nil },
        makeID: @escaping @Sendable () -> String,
        note: @escaping @Sendable (SchedulerEvent) -> Void
    ) {
        self.vault = vault
        self.engine = engine
        self.tokens = tokens
        self.time = time
        self.limits = limits
        self.lacking = lacking
        self.mayRotate = mayRotate
        self.makeID = makeID
        self.note = note
        vault.catalog.observe { [changes] change in
            if case .app(let name) = change { changes.record(name) }
        }
    }

    /// Starts what is due; call it once a second. Returns without waiting for the work.
    package func poll() {
        guard !isStopped else { return }
        let now = time.now
        if let last, Self.isSteady(from: last, to: now) {
            for name in changes.drain() { place(name, now) }
        } else {
            planAll(now)
        }
        last = now
        for work in Work.allCases { begin(work, now) }
        save()
    }

    /// Starts nothing more. Running work continues to its end.
    package func stop() { isStopped = true }

    /// Returns when no work is running.
    package func settle() async {
        while let task = saving ?? underWay.values.lazy.compactMap(\.values.first).first { await task.value }
    }

    /// Whether no more time passed than between two ticks, on either clock: no jump, no suspend.
    private static func isSteady(from last: Moment, to now: Moment) -> Bool {
        ClockJump(from: last, to: now) == .steady && now.boot - last.boot <= Recurrence.catchUp
    }

    // MARK: Planning

    private func planAll(_ now: Moment) {
        _ = changes.drain()
        recurrences = Recurrences()
        var dues: [Work: [Name: Timestamp]] = [:]
        for entry in vault.catalog.entries {
            recordRotation(entry, now.wall)
            let times = plan(entry, now, catchingUp: true)
            for work in Work.allCases {
                if let due = due(work, times, entry.app.name, now) { dues[work, default: [:]][entry.app.name] = due }
            }
        }
        for work in Work.allCases { queues[work] = DueQueue(dues[work] ?? [:]) }
    }

    private func place(_ name: Name, _ now: Moment) {
        let entry = vault.catalog.app(name)
        if let entry { recordRotation(entry, now.wall) } else { replacing[name] = nil }
        let times = entry.map { plan($0, now, catchingUp: false) }
        for work in Work.allCases {
            queues[work, default: DueQueue()].place(name, at: times.flatMap { due(work, $0, name, now) })
        }
    }

    private func plan(_ entry: AppEntry, _ now: Moment, catchingUp: Bool) -> DueTimes {
        // The status reports a policy that cannot be read.
        let recurrence = try? recurrences.of(entry.app)
        let rotation = RotationDue(
            entry, schedulerState: unsaved[entry], recurrence: recurrence, now: now.wall, catchingUp: catchingUp)
        if let rotation, rotation.isPutOff { putOff(entry, until: rotation.begins) }
        return DueTimes(entry, schedulerState: unsaved[entry], begins: rotation?.begins, now: now)
    }

    /// `nil` while the work is running: when it ends, the app gets a new due time.
    private func due(_ work: Work, _ times: DueTimes, _ name: Name, _ now: Moment) -> Timestamp? {
        guard let due = times[work], underWay[work]?[name] == nil else { return nil }
        guard let until = resting[work]?[name] else { return due }
        if until > now.boot { return max(due, now.wall + (until - now.boot)) }
        resting[work]?[name] = nil
        return due
    }

    /// Postpones the app's work by so many seconds.
    func rest(_ work: Work, _ name: Name, _ seconds: Int) {
        resting[work, default: [:]][name] = time.now.boot + seconds
    }

    private func recordRotation(_ entry: AppEntry, _ now: Timestamp) {
        let name = entry.app.name
        if let rotation = entry.rotation {
            replacing[name] = rotation.base
        } else if replacing.removeValue(forKey: name) == entry.credential.generation {
            putOff(entry, until: now + RotationDue.rest)
        }
    }

    private func putOff(_ entry: AppEntry, until due: Timestamp) {
        unsaved[entry].rotation = SchedulerState.PlannedRotation(base: entry.credential.generation, due: due)
    }

    // MARK: Doing

    private func begin(_ work: Work, _ now: Moment) {
        while underWay[work, default: [:]].count < limits.most(work),
            let name = queues[work, default: DueQueue()].pop(at: now.wall)
        {
            // The work may have been done meanwhile, on an operator's request.
            guard let entry = vault.catalog.app(name), !isStopped else { continue }
            guard let due = plan(entry, now, catchingUp: false)[work], due <= now.wall else {
                place(name, now)
                continue
            }
            underWay[work, default: [:]][name] = Task {
                await self.carryOut(work, entry)
                self.ended(work, name)
            }
        }
    }

    private func ended(_ work: Work, _ name: Name) {
        underWay[work]?[name] = nil
        guard !isStopped else { return }
        changes.record(name)
        // Fills the freed place at once instead of a second later.
        poll()
    }

    /// Saves what was learnt to the vault. If the disk refuses, the next tick tries again.
    private func save() {
        let batch = unsaved.batch
        guard saving == nil, !batch.isEmpty else { return }
        saving = Task {
            do throws(VaultError) {
                try await vault.save(batch)
                unsaved.saved(batch)
            } catch {
                note(.notSaved(error))
            }
            saving = nil
        }
    }

    /// Records what was learnt about an app's rotations, and returns when readers see it.
    package func learn(_ scope: SchedulerState.RotationScope, of app: App) async {
        guard let entry = vault.catalog.app(app.name), entry.app.id == app.id else { return }
        unsaved[entry].scope = scope
        await saving?.value
        save()
        await saving?.value
    }

    /// Records that a rotation of the app has started.
    func expect(_ generation: Generation?, _ name: Name) { replacing[name] = generation }
}
