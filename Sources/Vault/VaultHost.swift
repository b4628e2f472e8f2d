import Envelope
import SecretMemory
import Synchronization

/// Which machine may rotate: of a state directory that was copied while both copies are served, two would ask Zoom for new
/// secrets, and each would lose the other's.
struct Hosts {
    /// The machine that the vault belongs to, as a keyed fingerprint; `nil` before it was ever served.
    var kept: String?
    /// This machine; `nil` for whoever does not serve.
    var here: String?
}

extension Vault {
    /// Whether the vault belongs to another machine. It is served here all the same, and nothing is rotated.
    package var isElsewhere: Bool {
        hosts.withLock { hosts in
            guard let here = hosts.here, let kept = hosts.kept else { return false }
            return here != kept
        }
    }

    /// Says which machine this is. A vault that is no machine's belongs to it with the first change that is made here.
    /// - Parameter machine: what tells this machine from others.
    package func settle(on machine: String) throws(VaultError) {
        let here = try fingerprint(of: SecretBox(SecretBytes(copying: "machine " + machine)))
        hosts.withLock { $0.here = here }
    }

    /// This machine, as long as the vault is no machine's.
    var unclaimedBy: String? { hosts.withLock { $0.kept == nil ? $0.here : nil } }

    /// Makes the vault this machine's: the operator says that no other one serves it.
    package func adopt() async throws(VaultError) {
        guard let here = hosts.withLock({ $0.here }) else { return }
        try await change { transaction in
            transaction.belong(to: here)
        } committed: { [self] in
            hosts.withLock { $0.kept = here }
        }
    }

    /// Why nothing is rotated here.
    package static let elsewhere = VaultError(
        .busy, "this vault was last served on another machine: as long as both may serve it, nothing is rotated here",
        hint: "when no other machine serves it: keyturn adopt")
}
