package import Domain
package import Vault

/// What a rotation waits for at this moment: the row of the table, the start, and the consumers.
package struct RotationWait: Equatable, Sendable {
    package let row: WaitRow
    package let since: Timestamp
    /// The names of the targets or clients that are waited for.
    package let names: [Name]
    /// The normal duration in seconds; `nil` for as long as configured.
    package let usual: Int?
    /// When the secret that a consumer still has expires, unless the wait ends before.
    package let deadline: Timestamp?

    /// - Parameters:
    ///   - holders: the clients known to hold the old secret.
    ///   - targets: all targets of the app.
    ///   - generation: the one that is served.
    /// - Returns: `nil` for a rotation that has ended.
    package init?(
        _ rotation: Rotation, holders: [Name], targets: [TargetEntry], generation: Generation,
        timing: RotationTiming = RotationTiming(), now: Timestamp
    ) {
        let rows = WaitRow.rows(rotation.phase)
        let entered = min(rotation.enteredAt, now)
        switch rotation.phase {
        case .current:
            let waiting = targets.filter { !$0.delivery.isThere(generation, $0.target, now) }
            guard let row = rows.first(where: { $0.kind == (waiting.isEmpty ? .vault : .targets) }) else { return nil }
            // Once the last target has the secret, the rotation continues when it is due: until then the vault is not
            // late.
            let there = targets.compactMap { $0.delivery.settled($0.target) } + [rotation.due].compactMap(\.self)
            let since = waiting.isEmpty ? there.reduce(entered, max) : entered
            self.init(
                row, since: since, waiting.map(\.target.name), settle: waiting.map(\.target.settle).max() ?? 0,
                deadline: rotation.oldExpires)
        case .draining:
            let overlapEnds = (rotation.promotedAt ?? entered) + rotation.overlap
            let deadline = timing.drainDeadline(rotation)
            // Once the operator ended the overlap, neither targets nor clients are waited for.
            let ends = rotation.endsNowSince ?? deadline.map { min($0, overlapEnds) } ?? overlapEnds
            let drifted = targets.filter {
                $0.delivery.changedAt != nil || $0.delivery.failure != nil
                    || !$0.delivery.isThere(generation, $0.target, now)
            }
            let kind: WaitKind =
                if rotation.endsNow || rotation.ending != nil {
                    .zoom
                } else if now < ends {
                    .overlap
                } else if !drifted.isEmpty {
                    .targets
                } else {
                    holders.isEmpty ? .zoom : .holders
                }
            guard let row = rows.first(where: { $0.kind == kind }) else { return nil }
            var since = kind == .overlap ? entered : max(entered, ends)
            if kind == .zoom {
                // Holders may have been waited for until Zoom was asked.
                let asked = rotation.otherCalls.filter { $0 >= rotation.promotedAt ?? entered }.min()
                since = max(since, asked ?? since)
            }
            if kind == .targets {
                let seen = drifted.compactMap { $0.delivery.changedAt ?? $0.delivery.failure?.at }.min()
                since = max(since, seen ?? since)
            }
            let names = kind == .targets ? drifted.map(\.target.name) : kind == .holders ? holders : []
            // A secret that only Zoom is waited for has no consumers any more.
            self.init(row, since: since, names, deadline: names.isEmpty ? nil : deadline ?? rotation.oldExpires)
        default:
            guard let row = rows.first else { return nil }
            self.init(row, since: entered, [], deadline: rotation.servedExpires ?? rotation.oldExpires)
        }
    }

    private init(_ row: WaitRow, since: Timestamp, _ names: [Name], settle: Int = 0, deadline: Timestamp?) {
        self.row = row
        self.since = since
        self.names = names.sorted()
        usual = row.usual.map { $0 + settle }
        self.deadline = deadline
    }

    /// How long it has waited, in seconds.
    package func waited(_ now: Timestamp) -> Int { max(now - since, 0) }

    /// Whether that is longer than normal.
    package func isTooLong(_ now: Timestamp) -> Bool { usual.map { waited(now) > $0 } ?? false }
}

extension Delivery {
    /// Whether the engines certainly use this generation.
    fileprivate func isThere(_ generation: Generation, _ target: PushTarget, _ now: Timestamp) -> Bool {
        guard self.generation == generation, let settled = settled(target) else { return false }
        return settled <= now
    }
}
