import ServiceLifecycle
import Tokens

/// Looks every few seconds which tokens in use are due for a successor.
struct TokenRefresher: Service {
    private static let pause = Duration.seconds(5)
    let gate: VaultGate

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await gate.session?.tokens.refreshDue()
                try await Task.sleep(for: Self.pause)
            }
        }
    }
}
