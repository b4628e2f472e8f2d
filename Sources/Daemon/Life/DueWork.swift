import Rotation
import ServiceLifecycle
import Tokens

/// Looks once a second what is due: rotations to be carried on or begun, and tokens in use whose successor is to be
/// fetched.
struct DueWork: Service {
    private static let pause = Duration.seconds(1)
    let gate: VaultGate

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if let session = gate.session {
                    await session.rotations.carryOnDue()
                    await session.scheduler.look()
                    await session.tokens.refreshDue()
                }
                try await Task.sleep(for: Self.pause)
            }
        }
    }
}
