package import Domain
import Tokens
package import Vault

/// What Keyturn does for an app without being asked.
package enum Work: CaseIterable, Hashable, Sendable {
    /// A rotation is begun, or the one that is under way is carried on.
    case rotation
    /// The successor of a token that somebody uses is fetched.
    case token
    /// Zoom is asked whether it still takes the secret, and what for.
    case probe
}

/// When each kind of work is due for an app. Arithmetic on what the vault holds, what is remembered and two clocks.
package struct DueTimes: Equatable, Sendable {
    private static let day = 86_400

    package private(set) var rotation: Timestamp?
    package private(set) var token: Timestamp?
    package private(set) var probe: Timestamp?

    /// - Parameters:
    ///   - upkeep: what is remembered of the app.
    ///   - begins: when a rotation begins by itself, if one does (``RotationDue``).
    package init(_ entry: AppEntry, upkeep: Upkeep, begins: Timestamp?, now: Moment) {
        rotation = entry.rotation == nil ? begins : Self.carryOn(entry, now.wall)
        token = Self.refresh(entry, now)
        probe = Self.probe(entry, upkeep, now.wall)
    }

    package subscript(work: Work) -> Timestamp? {
        switch work {
        case .rotation: rotation
        case .token: token
        case .probe: probe
        }
    }

    /// No step waits for longer than Zoom may ask for, an hour, nor a drain for longer than a secret lives: a due time
    /// that is further off was set under a clock that was ahead.
    private static func carryOn(_ entry: AppEntry, _ now: Timestamp) -> Timestamp? {
        guard let rotation = entry.rotation else { return nil }
        return rotation.due.map { min($0, now + (rotation.phase == .draining ? 30 * day : 3600)) }
    }

    /// A token that nobody uses is let go. Whoever asks for it later fetches its successor himself.
    private static func refresh(_ entry: AppEntry, _ now: Moment) -> Timestamp? {
        guard let token = entry.token else { return nil }
        let wait = TokenPolicy.secondsUntilDue(token, app: entry.app.id, now: now)
        guard wait > 0 || entry.tokenUse.isRecent(at: now) else { return nil }
        return now.wall + max(wait, 0)
    }

    /// Once a day, at a time of the day that is the app's own. A token minted with the secret tells as much as a probe.
    private static func probe(_ entry: AppEntry, _ upkeep: Upkeep, _ now: Timestamp) -> Timestamp? {
        // What came out of a backup is tried at once, and again until Zoom says yes or no.
        if let since = entry.credential.suspectSince, upkeep.probe.map({ $0.at < since }) ?? true { return since }
        // A rotation proves the secret itself, but for the two states in which it may wait for long.
        guard entry.rotation.map({ $0.phase == .draining || $0.phase == .blocked }) ?? true else { return nil }
        let generation = entry.credential.generation
        let looks = [
            entry.credential.createdAt,
            upkeep.probe.flatMap { $0.generation == generation ? $0.at : nil },
            entry.token.flatMap { $0.token.generation == generation ? $0.token.issuedAt : nil },
        ]
        var last = min(looks.compactMap(\.self).max() ?? now, now)
        // That it can be rotated, no token of a client tells.
        if entry.app.policy.every != nil { last = min(last, upkeep.scope?.at ?? entry.app.createdAt) }
        return last.next(Int(fnv(entry.app.id) % UInt64(day)), ofEvery: day, after: day / 2)
    }
}

extension Timestamp {
    /// The first time, `pause` seconds after this one or later, that is `place` seconds into a period.
    fileprivate func next(_ place: Int, ofEvery period: Int, after pause: Int) -> Timestamp {
        let earliest = unixSeconds + pause
        let ahead = (place - earliest) % period
        return Timestamp(unixSeconds: earliest + (ahead < 0 ? ahead + period : ahead))
    }
}

/// FNV-1a: the same for an app in every run, which Swift's own hashing is not.
private func fnv(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
