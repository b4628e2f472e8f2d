package import Domain
package import Vault

/// How long a rotation waits for what. Pure arithmetic on facts; all numbers are seconds.
package struct RotationTiming: Sendable {
    /// Zoom lets an old secret live for at most 30 days; an hour less keeps clear of clocks that differ. [doc]
    package var oldSecretLife = 30 * 86_400 - 3600
    /// Zoom takes three schedule changes in 15 minutes. [doc] A minute more keeps clear of its edge.
    package var throttleWindow = 16 * 60
    package var callsPerWindow = 3
    /// How often a lost answer is followed by another call before the operator is asked.
    package var callsPerRotation = 4
    /// The pauses while a new secret is not yet known everywhere at Zoom; then the operator is asked.
    package var propagation = [1, 2, 4, 8, 15, 30, 60, 120, 300, 600]
    /// The bounds of the pauses after failures that may pass.
    package var shortestPause = 2
    package var longestPause = 900
    /// How long one attempt to publish may take.
    package var publishLimit = 30
    /// How long the one attempt may take that is left when the overlap is over by the operator's word.
    package var lastPublishLimit = 60
    /// How long whoever asked for a rotation waits for one.
    package var publishPatience = 2
    /// How long the look at the push targets may take before the old secret is ended, and the pause until the next one.
    package var lookLimit = 60
    package var targetLook = 900
    /// How long before Zoom kills the old secret the wait for its holders ends.
    package var drainMargin = 86_400
    /// A clock that says an earlier time is wrong, and Zoom is asked for nothing that has a date.
    package var earliest = Timestamp(unixSeconds: 0)
    /// How often a waiting rotation looks at its holders when nothing wakes it.
    package var drainLook = 300

    package init() {}

    package func revokeAt(_ now: Timestamp) -> Timestamp { now + oldSecretLife }

    static let throttleReason = "Zoom takes three changes in 15 minutes"

    /// The calls that Zoom may still count.
    package func recent(_ calls: [Timestamp], now: Timestamp) -> [Timestamp] {
        calls.filter { now - $0 < throttleWindow }
    }

    /// Seconds until Zoom would take another call; 0 when it would now.
    package func throttled(_ calls: [Timestamp], now: Timestamp) -> Int {
        let recent = recent(calls, now: now)
        guard recent.count >= callsPerWindow, let oldest = recent.min() else { return 0 }
        // A call in the future was noted before the clock was set back.
        return min(max(throttleWindow - (now - oldest), 1), throttleWindow)
    }

    /// When Zoom would have taken so many more calls, each as soon as it can be made.
    package func earliest(_ count: Int, after calls: [Timestamp], now: Timestamp) -> Timestamp {
        var (calls, last) = (calls, now)
        for _ in 0..<count {
            last = last + throttled(calls, now: last)
            calls.append(last)
        }
        return last
    }

    /// A doubling pause with full jitter, never shorter than Zoom asked for.
    package func pause(attempts: Int, retryAfter: Int?, random: (ClosedRange<Int>) -> Int) -> Int {
        let bound = min(longestPause, shortestPause << min(attempts, 20))
        return max(random(1...max(bound, 1)), retryAfter ?? 0)
    }

    /// The pause after the count-th commit in a row that failed: short, since a rotation goes on as soon as it can.
    package func commitBackoff(_ count: Int) -> Int { min(60, 1 << min(count, 6)) }

    /// Whether the clock was set ahead since a moment by more than the deadline of a drain keeps clear of Zoom's own. Where it
    /// was wrong then already, it may be right by now.
    package func isSetAhead(_ now: Moment, since moment: Moment) -> Bool {
        moment.wall >= earliest && now.secondsSet(since: moment) > drainMargin
    }

    /// Until when the old secret is kept alive for those who hold it.
    package func drainDeadline(_ rotation: Rotation) -> Timestamp? {
        guard let revokeAt = rotation.revokeAt, let promotedAt = rotation.promotedAt else { return nil }
        return max(revokeAt + -drainMargin, min(promotedAt + rotation.overlap, revokeAt))
    }

    package enum Drain: Equatable, Sendable {
        case wait(until: Timestamp, reason: String)
        /// Everybody has the new secret, or the deadline has passed.
        case end
        /// Zoom has killed the old secret by itself.
        case over
    }

    /// - Parameter holders: who is known to hold the old secret.
    package func drain(_ rotation: Rotation, holders: [String], now: Timestamp) -> Drain {
        if let revokeAt = rotation.revokeAt, now >= revokeAt { return .over }
        // The operator knows who has the old secret alone, and wants it ended.
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
