package import Domain
package import Vault

/// How often an app's credentials may be tried.
///
/// Zoom may disable an app that makes many failed requests. What Zoom counts as the app's errors therefore has a
/// budget, shared by all callers; a changed credential or the operator resets it. Failures that may pass are retried
/// after pauses of random, growing length.
package struct AttemptPolicy: Sendable {
    /// Allowed refusals per ``period``.
    package var budget = 5
    /// In seconds.
    package var period = 3600
    /// The longest pause after a failure that may pass, in seconds.
    package var longestPause = 300

    package init() {}

    /// When the next attempt may be made; `nil` if now.
    package func blocked(_ refusals: Refusals?, generation: Generation, now: Timestamp) -> Timestamp? {
        guard let refusals, refusals.generation == generation else { return nil }
        let counted = recent(refusals.times, now: now)
        guard counted.count >= budget, let oldest = counted.min() else { return nil }
        return oldest + period
    }

    /// The record with times in the future moved to `now`; `nil` when there are none. Such times were recorded before
    /// the clock was set back, and would otherwise block the app until the clock reaches them again.
    package func settled(_ refusals: Refusals, now: Timestamp) -> Refusals? {
        guard refusals.times.contains(where: { $0 > now }) else { return nil }
        return Refusals(
            generation: refusals.generation, times: refusals.times.map { min($0, now) }, cause: refusals.cause,
            reason: refusals.reason, mayPass: refusals.mayPass)
    }

    /// The record to save after one more refusal.
    package func noted(
        _ failure: IssueFailure, after refusals: Refusals?, generation: Generation, now: Timestamp
    ) -> Refusals {
        let earlier = refusals.flatMap { $0.generation == generation ? recent($0.times, now: now) : nil } ?? []
        return Refusals(
            generation: generation, times: (earlier + [now]).suffix(budget), cause: failure.cause,
            reason: failure.detail, mayPass: failure.disposition != .refused)
    }

    /// Seconds to wait after the `failures`-th failure in a row, counted from 1.
    package func pause(failures: Int, retryAfter: Int?, random: (ClosedRange<Int>) -> Int) -> Int {
        Backoff(first: 2, longest: longestPause).pause(after: failures, least: retryAfter, random: random)
    }

    /// A time in the future was recorded before the clock was set back. It counts as recent, since its true age is
    /// unknown.
    private func recent(_ times: [Timestamp], now: Timestamp) -> [Timestamp] {
        times.filter { now - $0 < period }.map { min($0, now) }
    }
}
