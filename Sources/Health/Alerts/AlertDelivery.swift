package import Domain
package import SocketAPI
import Synchronization

/// Whether the receiver of alerts accepts them. If it does not, nobody is notified of anything else: so the status says it, and
/// no alert, which would not be accepted either.
package final class AlertDelivery: Sendable {
    /// How long a receiver may be away, in seconds.
    private static let patience = 300

    private struct Failure {
        let since: Moment
        let reason: String
    }

    private let failure = Mutex<Failure?>(nil)

    package init() {}

    func worked() { failure.withLock { $0 = nil } }

    func failed(_ reason: String, at now: Moment) {
        failure.withLock { $0 = Failure(since: $0?.since ?? now, reason: reason) }
    }

    package func problems(_ now: Moment) -> [HealthIssue] {
        guard let failure = failure.withLock({ $0 }), now.boot - failure.since.boot >= Self.patience else { return [] }
        let reason = "since \(failure.since.wall): \(failure.reason)"
        return [HealthIssue(.alertsUndelivered, AttentionCode.alertsUndelivered.advice(because: reason))]
    }
}
