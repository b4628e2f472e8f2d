package import Domain
package import Vault

/// The waiting times of a rotation. Pure arithmetic on facts; all numbers are seconds.
package struct RotationTiming: Sendable {
    /// Zoom keeps an old secret valid for at most 30 days; an hour less allows for clocks that differ. [doc]
    package var oldSecretLife = 30 * 86_400 - 3600
    /// Zoom allows three schedule changes in 15 minutes. [doc] One more minute as a safety margin.
    package var throttleWindow = 16 * 60
    package var callsPerWindow = 3
    /// How many times a lost answer is followed by another call before the operator is asked.
    package var callsPerRotation = 4
    /// The pauses until a new secret is known everywhere at Zoom; after them the operator is asked.
    package var propagation = [1, 2, 4, 8, 15, 30, 60, 120, 300, 600]
    /// The pauses after failures that may be temporary.
    package var backoff = Backoff(first: 2, longest: 900)
    package var longestPause: Int { backoff.longest }
    /// The time limit of one attempt to publish.
    package var publishLimit = 30
    /// The time limit of the single attempt that remains after an operator ended the overlap.
    package var lastPublishLimit = 60
    /// How long a caller that started a rotation waits for a publisher.
    package var publishPatience = 2
    /// The time limit for checking the push targets before the old secret is revoked, and the pause until the next check.
    package var lookLimit = 60
    package var targetLook = 900
    /// The pause until the next look whether clients are served.
    package var serviceLook = 60
    /// How long before the old secret's expiry the wait for its holders ends.
    package var drainMargin = 86_400
    /// An earlier clock is wrong; then no request with a date is made to Zoom.
    package var earliest = Timestamp(unixSeconds: 0)
    /// How far ahead of the request the time is at which Zoom is to revoke an old secret. A request that is late is refused
    /// by Zoom, so this bounds how long one that was held up can do harm.
    package var endLead = 120
    /// How long after that time Zoom is asked whether it still accepts the old secret.
    package var endMargin = 2
    /// How long a secret from a late answer stays although Zoom refuses it: as long as a token lives, and so a call that
    /// was made with it may be on its way, and five minutes more.
    package var candidateLife = 65 * 60
    /// The pause until the next look at such a secret, where one is wanted soon.
    package var candidateLook = 60
    /// How often a draining rotation checks its holders when nothing wakes it.
    package var drainLook = 300

    package init() {}

    package func revokeAt(_ now: Timestamp) -> Timestamp { now + oldSecretLife }

    static let throttleReason: FailureReason = "Zoom allows three changes in 15 minutes"

    /// How far ahead of the next request to revoke the old secret its time is. Zoom refuses a time that is over by its
    /// clock: the lead grows with the attempts, so that a clock which is slow here does not matter.
    package func lead(of rotation: Rotation) -> Int {
        endLead * max(1, min(rotation.phase == .draining ? rotation.attempts : 0, 8))
    }

    /// The calls that Zoom may still count.
    package func recent(_ calls: [Timestamp], now: Timestamp) -> [Timestamp] {
        calls.filter { now - $0 < throttleWindow }
    }

    /// Seconds until Zoom accepts another call; 0 when it does now.
    package func throttled(_ calls: [Timestamp], now: Timestamp) -> Int {
        let recent = recent(calls, now: now)
        guard recent.count >= callsPerWindow, let oldest = recent.min() else { return 0 }
        // A call in the future was recorded before the clock was set back.
        return min(max(throttleWindow - (now - oldest), 1), throttleWindow)
    }

    /// - Parameter attempts: the failures before this one.
    package func pause(attempts: Int, retryAfter: Int?, random: (ClosedRange<Int>) -> Int) -> Int {
        backoff.pause(after: attempts + 1, least: retryAfter, random: random)
    }

    /// The pause until Zoom is asked again whether it still accepts an old secret that it said it revokes. It may have
    /// revoked another one instead; then this one lives for up to 30 days.
    func endPause(_ attempts: Int) -> Int {
        guard attempts >= propagation.count else { return propagation[attempts] }
        return Backoff(first: longestPause, longest: 6 * 3600).bound(after: attempts - propagation.count + 1)
    }

    /// The pause after the count-th failed commit in a row: short, since a rotation should continue as soon as possible.
    package func commitBackoff(_ count: Int) -> Int { Backoff(first: 2, longest: 60).bound(after: count) }

    /// Whether the clock was set ahead since a moment by more than the safety margin before Zoom's deadline. If it was
    /// wrong at that moment, it may be right now.
    package func isSetAhead(_ now: Moment, since moment: Moment) -> Bool {
        moment.wall >= earliest && now.secondsSet(since: moment) > drainMargin
    }

    /// Until when the old secret is kept valid for its holders.
    package func drainDeadline(_ rotation: Rotation) -> Timestamp? {
        guard let revokeAt = rotation.revokeAt, let promotedAt = rotation.promotedAt else { return nil }
        if let ending = rotation.ending, !ending.putsBack { return min(ending.expires, revokeAt) }
        return max(revokeAt + -drainMargin, min(promotedAt + rotation.overlap, revokeAt))
    }

    package enum Drain: Equatable, Sendable {
        case wait(until: Timestamp, reason: String)
        /// All consumers have the new secret, or the deadline has passed.
        case end
        /// The old secret has expired at Zoom.
        case over
    }

    /// - Parameter holders: the clients known to hold the old secret.
    package func drain(_ rotation: Rotation, holders: [String], now: Timestamp) -> Drain {
        if let revokeAt = rotation.revokeAt, now >= revokeAt { return .over }
        // The operator knows which consumers have only the old secret, and wants it revoked.
        if rotation.endsNow { return .end }
        let promotedAt = rotation.promotedAt ?? now
        let minimum = promotedAt + rotation.overlap
        let deadline = drainDeadline(rotation)
        if let deadline, now >= deadline { return .end }
        if now < minimum {
            return .wait(until: deadline.map { min(minimum, $0) } ?? minimum, reason: "the overlap ends at \(minimum)")
        }
        guard holders.isEmpty else {
            let look = now + drainLook
            let last = deadline.map { "; the old secret is revoked by \($0)" } ?? ""
            let names = holders.prefix(5).joined(separator: ", ") + (holders.count > 5 ? ", …" : "")
            return .wait(until: deadline.map { min(look, $0) } ?? look, reason: "still held by \(names)" + last)
        }
        return .end
    }
}
