package import Domain
package import SocketAPI
import Synchronization

/// Which channels accept alerts. If one does not, the status says it, and so do the others: silence there would look like
/// health.
package final class AlertDelivery: Sendable {
    /// How long a receiver may be away, in seconds.
    static let patience = 300

    struct Failure: Sendable {
        let since: Moment
        let reason: String
        /// Whether it stays until the channel accepts something: what is not to be sent any more proves nothing.
        let isRefusal: Bool
    }

    private let failures = Mutex<[Name: Failure]>([:])

    package init() {}

    func worked(_ channel: Name) { failures.withLock { $0[channel] = nil } }

    func failed(_ channel: Name, _ failure: NotAccepted, at now: Moment) {
        failures.withLock {
            $0[channel] = Failure(
                since: $0[channel]?.since ?? now, reason: failure.description, isRefusal: failure.isFinal)
        }
    }

    /// Nothing is left to be sent there, so a receiver that was away may be back.
    func isIdle(_ channel: Name) {
        failures.withLock { if $0[channel]?.isRefusal == false { $0[channel] = nil } }
    }

    func failure(of channel: Name) -> Failure? { failures.withLock { $0[channel] } }

    /// One problem that names the channels.
    /// - Parameter reader: a channel that is to be told: of itself it need not be told.
    package func problems(_ now: Moment, for reader: Name? = nil) -> [HealthIssue] {
        let found = failures.withLock { $0 }
            .filter { $0.key != reader && now.boot - $0.value.since.boot >= Self.patience }
            .sorted { $0.key < $1.key }
        guard !found.isEmpty else { return [] }
        let reason = found.map { "\($0.key) since \($0.value.since.wall): \($0.value.reason)" }.joined(separator: "; ")
        return [HealthIssue(.alertsUndelivered, AttentionCode.alertsUndelivered.advice(because: reason))]
    }
}
