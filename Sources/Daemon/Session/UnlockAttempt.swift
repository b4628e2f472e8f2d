import Audit
import Domain
import Logging
import Maintenance
import Vault

/// Unlocks the vault at the start, and as soon as its database can be used.
struct UnlockAttempt: Sendable {
    let gate: VaultController
    let source: UnlockSource
    let key: UnlockKey
    let logger: Logger

    private static let pause = Duration.seconds(2)

    func unlock() async throws(VaultError) {
        try await gate.unlock(with: key)
        gate.session?.audit.enqueue(AuditEvent(.init("vault.unlock"), .done, [("actor", .text("keyturnd"))]))
    }

    /// Whether the vault's database could not be reached, or accepts no changes for a while.
    func mayRepeat(after error: VaultError) -> Bool {
        if case .store(let code) = error.code { code.mayPass } else { false }
    }

    /// Returns once the vault is unlocked, by whomever, or cannot be with this key.
    func repeatUntilDone() async {
        while (try? await Task.sleep(for: Self.pause)) != nil, gate.session == nil {
            do throws(VaultError) { return try await unlock() } catch {
                guard !mayRepeat(after: error) else { continue }
                let failure = source.failure(error)
                logger.error(
                    "the vault stays locked: \(failure)", metadata: failure.hint.map { ["try": "\($0)"] })
                return
            }
        }
    }
}
