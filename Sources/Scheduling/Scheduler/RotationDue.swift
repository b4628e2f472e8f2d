package import Domain
package import Vault

/// When an app's secret is due to be replaced by itself. Arithmetic on what the vault holds.
package struct RotationDue: Equatable, Sendable {
    /// How long an app is left alone after a rotation that came to nothing, in seconds.
    package static let rest = 6 * 3600

    /// By policy and age of the secret alone; in the past when it is overdue.
    package let planned: Timestamp
    /// When it begins: in a window, and what is long overdue not together with everything else that is.
    package let begins: Timestamp
    /// Whether it was put off just now: then ``begins`` is to be kept, so that no start puts it off once more.
    package let isPutOff: Bool

    /// `nil` for an app that is not rotated by itself, is paused, or is being rotated.
    /// - Parameters:
    ///   - upkeep: what is remembered of the app.
    ///   - catchingUp: whether time was lost: a start, a jump of the clock, a sleep. What is overdue by more than
    ///     ``Schedule/Recurrence/catchUp`` is then spread over as much.
    package init?(
        _ entry: AppEntry, upkeep: Upkeep, recurrence: Recurrence?, now: Timestamp, catchingUp: Bool
    ) {
        guard entry.rotation == nil, !entry.app.policy.isPaused, let recurrence else { return nil }
        let created = entry.credential.createdAt
        planned = recurrence.due(after: created, now: created)
        let isAhead = created > now
        let settled = isAhead ? recurrence.due(after: created, now: now) : recurrence.notBefore(planned, now: now)
        let fresh = catchingUp ? recurrence.due(after: created, now: now) : settled
        // What is remembered holds for what is overdue, or was while the clock was ahead, and never for longer than
        // there is reason to: it may have been noted under a clock that was wrong.
        let longest = max(fresh, recurrence.notBefore(now + Self.rest, now: now))
        if let known = upkeep.rotation, known.base == entry.credential.generation, planned <= now || isAhead,
            known.due <= longest
        {
            begins = recurrence.notBefore(known.due, now: now)
            isPutOff = false
        } else {
            begins = fresh
            isPutOff = fresh != settled || isAhead
        }
    }
}

extension RotationDue {
    /// Whether the app is left alone after a rotation that came to nothing, and not only splayed.
    package func isResting(_ upkeep: Upkeep, _ entry: AppEntry, now: Timestamp) -> Bool {
        guard let known = upkeep.rotation, known.base == entry.credential.generation else { return false }
        return (Recurrence.catchUp + 1...Self.rest).contains(known.due - now)
    }
}

extension Recurrence {
    /// `time` itself if a window is open then, or now if it has passed; otherwise the place in the next opening.
    fileprivate func notBefore(_ time: Timestamp, now: Timestamp) -> Timestamp {
        let seen = max(now, time + 1)
        let due = caughtUp(seen + -1, now: seen)
        return due < seen ? time : due
    }
}
