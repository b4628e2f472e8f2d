package import Domain
package import Vault

/// When an app's secret is due for automatic rotation. Computed from the vault.
package struct RotationDue: Equatable, Sendable {
    /// How long an app rests after a failed rotation, in seconds.
    package static let rest = 6 * 3600

    /// By policy and the age of the secret alone; in the past when the rotation is overdue.
    package let planned: Timestamp
    /// When the rotation starts: within a window, and spread out if it is long overdue.
    package let begins: Timestamp
    /// Whether the start was postponed just now. Then save ``begins``, so that no restart postpones it once more.
    package let isPutOff: Bool

    /// `nil` for an app that is not rotated automatically, is paused, or is being rotated.
    /// - Parameters:
    ///   - schedulerState: what the scheduler knows about the app.
    ///   - catchingUp: whether time was lost: a start, a jump of the clock, a suspend. Rotations that are overdue by
    ///     more than ``Recurrence/catchUp`` are then spread over that time.
    package init?(
        _ entry: AppEntry, schedulerState: SchedulerState, recurrence: Recurrence?, now: Timestamp, catchingUp: Bool
    ) {
        guard entry.rotation == nil, !entry.app.policy.isPaused, let recurrence else { return nil }
        let created = entry.credential.createdAt
        planned = recurrence.due(after: created, now: created)
        let isAhead = created > now
        let settled = isAhead ? recurrence.due(after: created, now: now) : recurrence.notBefore(planned, now: now)
        let fresh = catchingUp ? recurrence.due(after: created, now: now) : settled
        // A saved time counts only if the rotation is overdue, or was saved while the clock was ahead; and only within
        // a bound, because it may have been saved while the clock was wrong.
        let longest = max(fresh, recurrence.notBefore(now + Self.rest, now: now))
        if let known = schedulerState.rotation, known.base == entry.credential.generation, planned <= now || isAhead,
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
    /// Whether the app rests after a failed rotation, rather than being only spread out.
    package func isResting(_ schedulerState: SchedulerState, _ entry: AppEntry, now: Timestamp) -> Bool {
        guard let known = schedulerState.rotation, known.base == entry.credential.generation else { return false }
        return (Recurrence.catchUp + 1...Self.rest).contains(known.due - now)
    }
}

extension Recurrence {
    /// `time` itself if a window is open then; now, if it has passed; otherwise the place in the next opening.
    fileprivate func notBefore(_ time: Timestamp, now: Timestamp) -> Timestamp {
        let seen = max(now, time + 1)
        let due = caughtUp(seen + -1, now: seen)
        return due < seen ? time : due
    }
}
