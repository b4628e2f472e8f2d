import Envelope
import SecretMemory
import Synchronization

/// Which machine may rotate: of a state directory that was copied while both copies are served, two would ask Zoom for new
/// secrets, and each would lose the other's.
extension Vault {
    /// Whether the vault belongs to another machine. It is served here all the same, and nothing is rotated.
    package var isElsewhere: Bool {
        guard let here = here.withLock({ $0 }), let owner = account.withLock({ $0.state.host }) else { return false }
        return here != owner
    }

    /// Says which machine this is. A vault that is no machine's belongs to it with the first change that is made here.
    /// - Parameter machine: what tells this machine from others.
    package func settle(on machine: String) throws(VaultError) {
        let here = try fingerprint(of: SecretBox(SecretBytes(copying: "machine " + machine)))
        self.here.withLock { $0 = here }
    }

    /// Makes the vault this machine's: the operator says that no other one serves it.
    package func adopt() async throws(VaultError) {
        guard let here = here.withLock({ $0 }) else { return }
        try await change { transaction in transaction.belong(to: here) }
    }

    /// Why nothing is rotated here.
    package static let elsewhere = VaultError(
        .busy, "this vault was last served on another machine: as long as both may serve it, nothing is rotated here",
        hint: "when no other machine serves it: keyturn adopt")
}
