import Domain
import Health
import SocketAPI
import Synchronization

/// Whether the periodic work still has its turns. Without them nothing is rotated, and no alert is fired.
final class Heartbeat: Sendable {
    /// The longest that a turn may take, in seconds: one with very many apps takes a few.
    static let patience = 180

    private let last = Mutex(SuspendingClock.now)

    func beat(at now: SuspendingClock.Instant = .now) { last.withLock { $0 = now } }

    func problems(at now: SuspendingClock.Instant = .now) -> [HealthIssue] {
        let still = (now - last.withLock { $0 }).components.seconds
        guard still >= Self.patience else { return [] }
        return [
            HealthIssue(
                .workStalled,
                AttentionCode.workStalled.advice(because: "the last turn began \(countdown(Int(still))) ago"))
        ]
    }
}
