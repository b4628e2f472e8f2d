import Schedule
package import Times
package import Vault

/// Begins the rotations that fall due: in order, a few at a time, once however long the daemon was away.
///
/// Due times are made of what the vault holds, the policy and the age of the secret, and planned anew at each start and
/// whenever the clock jumps, so that neither a restart nor a jump sets off everything at once.
package actor RotationScheduler {
    private struct Planned {
        let generation: Generation
        let policy: RotationPolicy
        let due: Timestamp
    }

    /// How long an app is left alone after a rotation that Zoom refused, in seconds.
    private static let rest = 6 * 3600

    private let vault: Vault
    private let engine: RotationEngine
    private let time: any TimeSource
    private let makeID: @Sendable () -> String
    private let atOnce: Int
    private var planned: [String: Planned] = [:]
    private var resting: [String: Timestamp] = [:]
    private var underWay: Set<String> = []
    private var last: Moment?

    /// - Parameter atOnce: how many rotations may be in their calls at the same time.
    package init(
        vault: Vault, engine: RotationEngine, time: any TimeSource, atOnce: Int = 4,
        makeID: @escaping @Sendable () -> String
    ) {
        self.vault = vault
        self.engine = engine
        self.time = time
        self.atOnce = atOnce
        self.makeID = makeID
    }

    /// One look. Returns without waiting for what it began.
    package func look() {
        let now = time.now
        if let last, ClockJump(from: last, to: now) != .steady { planned.removeAll() }
        last = now
        for entry in candidates(at: now.wall, due: { plan($0, now.wall) }) where underWay.count < atOnce {
            underWay.insert(entry.app.id)
            Task { _ = await begin(entry) }
        }
    }

    /// Rotates everything that is due, one after the other, without the splay that spreads catching up.
    /// - Returns: the apps that were taken up.
    package func rotateDue() async -> [App] {
        let entries = candidates(at: time.now.wall, due: \.rotationDue)
        for entry in entries {
            underWay.insert(entry.app.id)
            await begin(entry)
        }
        return entries.map(\.app)
    }

    private func candidates(at now: Timestamp, due: (AppEntry) -> Timestamp?) -> [AppEntry] {
        var found: [(due: Timestamp, entry: AppEntry)] = []
        for entry in vault.catalog.entries {
            guard entry.rotation == nil, !entry.app.policy.isPaused, entry.app.policy.every != nil,
                !underWay.contains(entry.app.id), resting[entry.app.id].map({ $0 <= now }) ?? true,
                let due = due(entry), due <= now
            else { continue }
            found.append((due, entry))
        }
        return found.sorted { ($0.due, $0.entry.app.name) < ($1.due, $1.entry.app.name) }.map(\.entry)
    }

    private func plan(_ entry: AppEntry, _ now: Timestamp) -> Timestamp? {
        if let known = planned[entry.app.id], known.generation == entry.credential.generation,
            known.policy == entry.app.policy
        {
            return known.due
        }
        guard let recurrence = try? entry.app.recurrence() else { return nil }
        let due = recurrence.due(after: entry.credential.createdAt, now: now)
        planned[entry.app.id] = Planned(
            generation: entry.credential.generation, policy: entry.app.policy, due: due)
        return due
    }

    private func begin(_ entry: AppEntry) async {
        let rotation = try? await engine.rotate(entry.app.name, trigger: .schedule, overlap: nil, id: makeID())
        if rotation?.phase == .refused { resting[entry.app.id] = time.now.wall + Self.rest }
        underWay.remove(entry.app.id)
    }
}
