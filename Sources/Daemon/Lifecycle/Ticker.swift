import Domain
import Health
import PushTargets
import Rotation
import Scheduling
import Vault

/// Calls once a second everything that has periodic work: the scheduler, the engine for answers in the spool, the
/// notifier, and others.
struct Ticker {
    let gate: VaultController
    let notifier: AlertNotifier
    let time: any TimeSource
    let heartbeat: Heartbeat

    /// With a clock that tests move, it ticks more often, so that a move takes effect quickly.
    private var pause: Duration {
        #if FAULT_POINTS
            if time is MovedTime { return .milliseconds(20) }
        #endif
        return .seconds(1)
    }

    /// Runs until it is cancelled.
    func run() async throws {
        while !Task.isCancelled {
            heartbeat.beat()
            if let session = gate.session {
                await session.rotations.lookAtSpool()
                await session.scheduler.poll()
                await session.targets.poll()
                await session.provisioners.poll()
                session.keys.poll()
                session.zoom.poll(session.tokens)
                // A change that hangs must not keep the rest from being done, and alerts from being sent.
                Task { await session.vault.proveChanges() }
            }
            await notifier.poll()
            #if FAULT_POINTS
                (time as? MovedTime)?.looked()
            #endif
            try await Task.sleep(for: pause)
        }
    }
}
