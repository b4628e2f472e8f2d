import Rotation
import Scheduling
import ServiceLifecycle

/// Has the scheduler look once a second what is due, and the engine whether an answer of Zoom's waits in the escrow.
struct DueWork: Service {
    private static let pause = Duration.seconds(1)
    let gate: VaultGate

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if let session = gate.session {
                    await session.rotations.lookAtEscrow()
                    await session.scheduler.look()
                }
                try await Task.sleep(for: Self.pause)
            }
        }
    }
}
