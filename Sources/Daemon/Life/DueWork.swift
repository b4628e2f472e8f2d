import Rotation
import Scheduling
import Times

/// Has the scheduler look once a second what is due, and the engine whether an answer of Zoom's waits in the escrow;
/// and the bell, what is wrong.
struct DueWork {
    let gate: VaultGate
    let bell: AlarmBell
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
                await session.rotations.lookAtEscrow()
                await session.scheduler.look()
                await session.targets.look()
                await session.provisioners.look()
                session.keys.look()
                session.zoom.look(session.tokens)
            }
            await bell.look()
            #if FAULT_POINTS
                (time as? MovedTime)?.looked()
            #endif
            try await Task.sleep(for: pause)
        }
    }
}
