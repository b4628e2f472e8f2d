import Domain
import Health
import PushTargets
import Rotation
import Scheduling

/// Has the scheduler look once a second what is due, and the engine whether an answer of Zoom's waits in the spool;
/// and the notifier, what is wrong.
struct Ticker {
    let gate: VaultController
    let notifier: AlertNotifier
    let time: any TimeSource

    /// A clock that tests move is looked at more often: a move is not to be waited for.
    private var pause: Duration {
        #if FAULT_POINTS
            if time is MovedTime { return .milliseconds(20) }
        #endif
        return .seconds(1)
    }

    /// Until it is cancelled.
    func run() async throws {
        while !Task.isCancelled {
            if let session = gate.session {
                await session.rotations.lookAtSpool()
                await session.scheduler.look()
                await session.targets.look()
                await session.provisioners.look()
                session.keys.look()
                session.zoom.look(session.tokens)
            }
            await notifier.look()
            #if FAULT_POINTS
                (time as? MovedTime)?.looked()
            #endif
            try await Task.sleep(for: pause)
        }
    }
}
