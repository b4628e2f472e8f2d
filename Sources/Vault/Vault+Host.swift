import Envelope
import SecretMemory
import Synchronization

/// Decides which host may rotate: if a state directory was copied and both copies are served, both would ask Zoom for new
/// secrets, and each would lose the other's.
extension Vault {
    /// Whether the vault belongs to another host, or another process may change it now. It is still served here, but nothing is
    /// rotated.
    package var isOwnedElsewhere: Bool { notOwned != nil }

    /// Why nothing is rotated here, and what helps; `nil` where the vault may be changed.
    package var notOwned: VaultError? {
        switch store.trouble {
        case .superseded(let advice): VaultError(.busy, advice)
        case .rolledBack(let advice): VaultError(.rolledBack, advice)
        case nil, .gone, .unavailable, .undecided: hasOtherOwner ? Self.ownedElsewhere : nil
        }
    }

    /// Whether no other process can have the right to change the vault at this moment, as far as this one's clock tells. Asked
    /// right before a request that cannot be undone.
    package var isCertainlyOurs: Bool { notOwned == nil && store.isCertainlyOurs }

    /// What keeps the vault's store from saving changes now.
    package var storeTrouble: StoreTrouble? { store.trouble }

    /// Whether the vault belongs to another host.
    package var hasOtherOwner: Bool {
        guard let here = here.withLock({ $0 }), let owner = account.withLock({ $0.state.host }) else { return false }
        return here != owner
    }

    /// Sets the identity of this host. A vault without an owner becomes this host's with the first change made here.
    /// - Parameter machine: the host's unique identity.
    package func setHost(_ machine: String) throws(VaultError) {
        let here = try fingerprint(of: SecretBox(SecretBytes(copying: "machine " + machine)))
        self.here.withLock { $0 = here }
    }

    /// Makes this host the vault's owner: the operator asserts that no other host serves it.
    package func adopt() async throws(VaultError) {
        guard let here = here.withLock({ $0 }) else { return }
        try await change { transaction in transaction.setOwner(here) }
    }

    /// Why nothing is rotated on a host that the vault does not belong to.
    package static let ownedElsewhere = VaultError(
        .busy, "this vault belongs to another host: as long as both may serve it, nothing is rotated here",
        hint: "when no other host serves it: keyturn adopt")
}
