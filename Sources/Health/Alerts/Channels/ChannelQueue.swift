import Domain

/// The alerts of one channel, and when the next attempt to send one is due. Pure: what fails here delays no other channel.
struct ChannelQueue: Equatable, Sendable {
    /// The pauses after failed deliveries, in seconds.
    static let backoff = Backoff(first: 5, longest: 900)

    var alerts: AlertState
    private(set) var failures = 0
    /// In seconds since the boot, which setting the wall clock does not change.
    private var nextTry = 0
    private var isSending = false

    init(_ alerts: AlertState = AlertState()) { self.alerts = alerts }

    /// The notification to send now, if one is due. Call ``accepted(_:_:)`` or ``failed(_:_:_:pause:)`` afterwards.
    mutating func next(_ now: Moment) -> (key: AlertState.Key, alert: Alert)? {
        guard !isSending, now.boot >= nextTry, let next = alerts.next(now.wall) else { return nil }
        isSending = true
        return next
    }

    /// - Returns: whether it is the first one after failures.
    mutating func accepted(_ key: AlertState.Key, _ alert: Alert) -> Bool {
        alerts.delivered(key, alert)
        defer { (isSending, failures, nextTry) = (false, 0, 0) }
        return failures > 0
    }

    /// - Parameter pause: by the number of failures in a row, and the least that the receiver asked for.
    /// - Returns: whether to log it: the first failure in a row, and each alert that is refused.
    mutating func failed(
        _ key: AlertState.Key, _ failure: NotAccepted, _ now: Moment,
        pause: (Int, Int?) -> Int = { backoff.pause(after: $0, least: $1) }
    ) -> Bool {
        let isKnown = alerts.standing[key].map { $0.refusedAt != nil } ?? true
        alerts.failed(key, isFinal: failure.isFinal, now: now.wall)
        isSending = false
        failures += 1
        nextTry = now.boot + pause(failures, failure.retryAfter)
        return failure.isFinal ? !isKnown : failures == 1
    }

    /// Makes all that is pending due at once, once there is reason to believe that the receiver accepts it.
    mutating func forgetFailures() {
        (failures, nextTry) = (0, 0)
        alerts.forgetRefusals()
    }

    /// What was not accepted may be over by now.
    /// - Returns: whether nothing is left to be sent.
    mutating func forgetFailuresIfIdle() -> Bool {
        guard alerts.pending == 0, !isSending else { return false }
        (failures, nextTry) = (0, 0)
        return true
    }
}
