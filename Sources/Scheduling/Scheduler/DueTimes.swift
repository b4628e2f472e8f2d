package import Domain
import Rotation
import Tokens
package import Vault

/// What Keyturn does for an app automatically.
package enum Work: CaseIterable, Hashable, Sendable {
    /// Start a rotation, or continue the current one.
    case rotation
    /// Fetch the successor of a token that is in use.
    case token
    /// Check with Zoom whether the secret is still accepted, and for which scopes.
    case probe
    /// Ask Zoom about secrets that are no generation.
    case candidate
}

/// When each kind of work is due for an app. Computed from the vault, the scheduler's state of it and the two clocks.
package struct DueTimes: Equatable, Sendable {
    private static let day = 86_400

    package private(set) var rotation: Timestamp?
    package private(set) var token: Timestamp?
    package private(set) var probe: Timestamp?
    package private(set) var candidate: Timestamp?

    /// - Parameters:
    ///   - schedulerState: what the scheduler knows about the app.
    ///   - begins: when a rotation starts automatically, if one does (``RotationDue``).
    package init(_ entry: AppEntry, schedulerState: SchedulerState, begins: Timestamp?, now: Moment) {
        rotation = entry.rotation == nil ? begins : Self.carryOn(entry, now.wall)
        token = Self.refresh(entry, now)
        probe = Self.probe(entry, schedulerState, now.wall)
        candidate = Self.judge(entry, now.wall)
    }

    package subscript(work: Work) -> Timestamp? {
        switch work {
        case .rotation: rotation
        case .token: token
        case .probe: probe
        case .candidate: candidate
        }
    }

    private static func judge(_ entry: AppEntry, _ now: Timestamp) -> Timestamp? {
        guard entry.hasCandidates else { return nil }
        let (timing, isRefused) = (RotationTiming(), entry.isRefused)
        return entry.candidates.map { timing.due($0, isServedRefused: isRefused, now: now) }.min()
    }

    /// No step waits longer than an hour, which is the most that Zoom may ask for, and no drain longer than a secret is
    /// valid. A due time beyond that was set while the clock was ahead.
    private static func carryOn(_ entry: AppEntry, _ now: Timestamp) -> Timestamp? {
        guard let rotation = entry.rotation else { return nil }
        return rotation.due.map { min($0, now + (rotation.phase == .draining ? 30 * day : 3600)) }
    }

    /// A token that is not in use is not refreshed. The next client that asks triggers a new one.
    private static func refresh(_ entry: AppEntry, _ now: Moment) -> Timestamp? {
        guard let token = entry.token else { return nil }
        let wait = TokenPolicy.secondsUntilDue(token, app: entry.app.id, now: now)
        guard wait > 0 || entry.tokenUse.isRecent(at: now) else { return nil }
        return now.wall + max(wait, 0)
    }

    /// Once a day, at a time of day that depends on the app. A token minted with the secret proves as much as a probe.
    private static func probe(_ entry: AppEntry, _ schedulerState: SchedulerState, _ now: Timestamp) -> Timestamp? {
        // A secret from a backup is tried at once, and again until Zoom accepts or refuses it.
        if let since = entry.credential.suspectSince, schedulerState.probe.map({ $0.at < since }) ?? true {
            return since
        }
        // A rotation verifies the secret itself, except in the two states in which it may wait for long.
        guard entry.rotation.map({ $0.phase == .draining || $0.phase == .blocked }) ?? true else { return nil }
        let generation = entry.credential.generation
        let looks = [
            entry.credential.createdAt,
            schedulerState.probe.flatMap { $0.generation == generation ? $0.at : nil },
            entry.token.flatMap { $0.token.generation == generation ? $0.token.issuedAt : nil },
        ]
        var last = min(looks.compactMap(\.self).max() ?? now, now)
        // A client's token does not show whether the secret can be rotated.
        if entry.app.policy.every != nil { last = min(last, schedulerState.scope?.at ?? entry.app.createdAt) }
        return last.next(Int(entry.app.id.fnv1a % UInt64(day)), ofEvery: day, after: day / 2)
    }
}

extension Timestamp {
    /// The first time at least `pause` seconds after this one that is `place` seconds into a period.
    fileprivate func next(_ place: Int, ofEvery period: Int, after pause: Int) -> Timestamp {
        let earliest = unixSeconds + pause
        let ahead = (place - earliest) % period
        return Timestamp(unixSeconds: earliest + (ahead < 0 ? ahead + period : ahead))
    }
}
