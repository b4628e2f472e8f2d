import Domain
import Rotation
import Vault

/// Monitors targets between rotations: completes an operator's push, pushes the present secret to targets that a rotation
/// left behind, and detects changes by others. Changes are reported, and reverted only where the operator wants it.
package actor DriftDetector {
    private let pusher: TargetPusher
    private var isStopped = false
    /// When each target is checked next, in seconds of the boot clock.
    private var next: [String: Int] = [:]
    /// The rotation that was running at the last check.
    private var lookedFor: [String: String] = [:]
    /// For targets that are behind: the generation that was pushed, and the number of failures.
    private var tried: [String: (generation: Generation, failures: Int)] = [:]
    /// Targets that were woken during a check.
    private var woken: Set<String> = []
    private var underWay: [String: Task<Void, Never>] = [:]

    /// Seconds between two checks; shorter after a failure.
    static let pause = (look: 900, failed: 600, carryOn: 2)
    /// For pushes to targets that are behind.
    private static let backoff = Backoff(first: 15, longest: pause.failed)
    /// The most consoles to call at once.
    private static let most = 4

    package init(_ pusher: TargetPusher) { self.pusher = pusher }

    /// Starts the checks that are due; call it once a second. Returns without waiting for them.
    package func poll() {
        guard !isStopped else { return }
        let now = pusher.time.now
        wake(pusher.takeWoken())
        for entry in pusher.vault.catalog.targets where underWay.count < Self.most {
            let target = entry.target
            guard underWay[target.id] == nil, isDue(entry, now) else { continue }
            lookedFor[target.id] = pusher.vault.catalog.app(of: target)?.rotation?.id
            underWay[target.id] = Task {
                let pause = await self.visit(target)
                self.ended(target, pause)
            }
        }
    }

    package func stop() { isStopped = true }

    /// After an operator changed a target or pushed to it, earlier failures no longer delay the next attempt.
    private func wake(_ names: Set<Name>) {
        for name in names {
            guard let id = pusher.vault.catalog.target(name)?.target.id else { continue }
            (next[id], tried[id]) = (nil, nil)
            if underWay[id] != nil { woken.insert(id) }
        }
    }

    private func ended(_ target: PushTarget, _ pause: Int) {
        underWay[target.id] = nil
        // A check that began before it was woken does not count either.
        next[target.id] = woken.remove(target.id) == nil ? pusher.time.now.boot + pause : nil
    }

    private func isDue(_ entry: TargetEntry, _ now: Moment) -> Bool {
        if isBeforeRotation(entry) { return true }
        if isBehind(entry), tried[entry.target.id]?.generation != current(entry) { return true }
        if let next = next[entry.target.id], next > now.boot { return false }
        if carriesOn(entry) || isBehind(entry) || restores(entry, now.wall) { return true }
        guard entry.delivery.generation != nil else { return false }
        return entry.delivery.failure?.step == .access
            || entry.delivery.isLookDue(after: Self.pause.look, now: now.wall)
    }

    /// Whether to revert a change by somebody else now. Another app's IDs are not reverted, and a publishing rotation
    /// takes care of it itself.
    private func restores(_ entry: TargetEntry, _ now: Timestamp) -> Bool {
        guard entry.target.restoresDrift, let drift = entry.delivery.drift, drift.kind != .identity,
            let app = pusher.vault.catalog.app(of: entry.target), !publishes(app)
        else { return false }
        return entry.delivery.generation == app.credential.generation && entry.delivery.mayRestore(now: now)
    }

    /// A change by somebody else must be known before a rotation overwrites it.
    private func isBeforeRotation(_ entry: TargetEntry) -> Bool {
        guard entry.delivery.known != nil, let app = pusher.vault.catalog.app(of: entry.target),
            let rotation = app.rotation, rotation.promotedAt == nil
        else { return false }
        return lookedFor[entry.target.id] != rotation.id
    }

    /// Whether an operator's push is incomplete; a rotation completes its own pushes.
    private func carriesOn(_ entry: TargetEntry) -> Bool {
        guard let app = pusher.vault.catalog.app(of: entry.target), entry.delivery.replicatedAt == nil else {
            return false
        }
        return entry.delivery.generation == app.credential.generation && !publishes(app)
    }

    private func current(_ entry: TargetEntry) -> Generation? {
        pusher.vault.catalog.app(of: entry.target)?.credential.generation
    }

    /// Whether a rotation continued without this target, which still has a secret that is or will be revoked. After a
    /// refusal by PingFederate only the operator can continue; and new IDs of an app are not a new secret.
    private func isBehind(_ entry: TargetEntry) -> Bool {
        guard let app = pusher.vault.catalog.app(of: entry.target), let there = entry.delivery.generation,
            let pushedAt = entry.delivery.pushedAt
        else { return false }
        return there < app.credential.generation && pushedAt <= app.credential.createdAt && !publishes(app)
            && entry.delivery.failure?.isRefusal != true
    }

    private func publishes(_ app: AppEntry) -> Bool {
        guard let rotation = app.rotation else { return false }
        return rotation.phase == .current || (rotation.phase == .blocked && rotation.promotedAt != nil)
    }

    /// - Returns: seconds until the next check.
    private func visit(_ target: PushTarget) async -> Int {
        guard let entry = pusher.vault.catalog.target(target.name), entry.target.id == target.id,
            let app = pusher.vault.catalog.app(of: target)
        else { return Self.pause.look }
        if isBehind(entry) { return await catchUp(entry, app) }
        if carriesOn(entry) {
            switch await pusher.deliver(app.credential, of: app.app, to: target) {
            case .confirmed, .waiting: return Self.pause.carryOn
            case .later, .blocked: return Self.pause.failed
            }
        }
        switch await pusher.lookForChange(target, app.app) {
        // The next check is due by this one's time; meanwhile the operator may push.
        case .same, .busy: return Self.pause.carryOn
        case .changed: return await restore(target, app)
        case .unseen: return Self.pause.failed
        }
    }

    private func restore(_ target: PushTarget, _ app: AppEntry) async -> Int {
        guard let entry = pusher.vault.catalog.target(target.name), entry.target.id == target.id,
            restores(entry, pusher.time.now.wall)
        else { return Self.pause.carryOn }
        switch await pusher.deliver(app.credential, of: app.app, to: target, .restoring) {
        case .confirmed, .waiting: return Self.pause.carryOn
        case .later, .blocked: return Self.pause.failed
        }
    }

    /// - Returns: seconds until the next attempt: longer after each failure.
    private func catchUp(_ entry: TargetEntry, _ app: AppEntry) async -> Int {
        let (id, generation) = (entry.target.id, app.credential.generation)
        let failures = tried[id].map { $0.generation == generation ? $0.failures : 0 } ?? 0
        tried[id] = (generation, failures)
        switch await pusher.deliver(app.credential, of: app.app, to: entry.target) {
        case .confirmed, .waiting: return Self.pause.carryOn
        case .later(let retryAfter, _):
            tried[id] = (generation, failures + 1)
            return Self.backoff.pause(after: failures + 1, least: retryAfter)
        case .blocked: return Self.pause.failed
        }
    }
}
