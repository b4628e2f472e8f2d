package import Names
package import Vault

/// What the engine did, for the log.
package enum RotationEvent: Sendable {
    case moved(Name, Rotation)
    case notKept(Name, VaultError)
    /// Zoom's answer is in memory alone: the vault cannot take it, and the escrow neither, for the reason given.
    case unstored(Name, VaultError, escrow: String)
    /// Zoom's answer is in a file of the escrow, because the vault cannot take it.
    case kept(Name, file: String, VaultError)
    /// An answer that an earlier process left in the escrow is now in the vault.
    case found(Name, file: String)
    case notFreed(file: String, StoreError)
    case escrowTrouble(EscrowReport.Trouble)
}
