package import Domain
package import Vault

/// How often an app's credentials are tried.
///
/// Zoom may disable an app with many failed requests, so that what Zoom counts as the app's errors has a budget, whoever
/// asks; a changed credential or the operator gives a new one. What may pass by itself is tried again with growing pauses of
/// random length.
package struct AttemptPolicy: Sendable {
    /// Refusals per ``period``.
    package var budget = 5
    /// Seconds.
    package var period = 3600
    /// The longest pause between attempts that failed for a passing reason, in seconds.
    package var longestPause = 300

    package init() {}

    /// `nil` when an attempt may be made; else when the next one may.
    package func blocked(_ refusals: Refusals?, generation: Generation, now: Timestamp) -> Timestamp? {
        guard let refusals, refusals.generation == generation else { return nil }
        let counted = recent(refusals.times, now: now)
        guard counted.count >= budget, let oldest = counted.min() else { return nil }
        return oldest + period
    }

    /// The note with the times ahead of `now` moved to it; `nil` when there is none. They were noted before the clock
    /// was set back, and would else hold the app until the clock is there again.
    package func settled(_ refusals: Refusals, now: Timestamp) -> Refusals? {
        guard refusals.times.contains(where: { $0 > now }) else { return nil }
        return Refusals(
            generation: refusals.generation, times: refusals.times.map { min($0, now) }, cause: refusals.cause,
            reason: refusals.reason, mayPass: refusals.mayPass)
    }

    /// The note to keep after one more refusal.
    package func noted(
        _ failure: IssueFailure, after refusals: Refusals?, generation: Generation, now: Timestamp
    ) -> Refusals {
        let earlier = refusals.flatMap { $0.generation == generation ? recent($0.times, now: now) : nil } ?? []
        return Refusals(
            generation: generation, times: (earlier + [now]).suffix(budget), cause: failure.cause,
            reason: failure.reason, mayPass: failure.disposition != .refused)
    }

    /// Seconds to wait after the `failures`-th failure in a row (from 1): at random up to a doubling bound.
    package func pause(failures: Int, retryAfter: Int?, random: (ClosedRange<Int>) -> Int) -> Int {
        let bound = min(longestPause, 1 << min(failures, 16))
        return max(random(1...max(bound, 1)), retryAfter ?? 0)
    }

    /// A time ahead of `now` was noted before the clock was set back; it counts, since nobody knows when it was.
    private func recent(_ times: [Timestamp], now: Timestamp) -> [Timestamp] {
        times.filter { now - $0 < period }.map { min($0, now) }
    }
}
