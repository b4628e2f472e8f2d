package import Domain
package import Vault

/// What the engine did, for the log.
package enum RotationEvent: Sendable {
    /// The rotation entered its present state, or started, or ended. Reported once, with the commit.
    case moved(Name, Rotation)
    /// The rotation stays in its state, for another reason.
    case waits(Name, Rotation)
    case notSaved(Name, VaultError)
    /// Zoom's answer is only in memory: neither the vault nor the spool can store it, for the given reasons.
    case unstored(Name, VaultError, spool: String)
    /// Zoom's answer is in a file of the spool, because the vault cannot take it.
    case kept(Name, file: String, VaultError)
    /// An answer that an earlier process left in the spool is now in the vault.
    case found(Name, file: String)
    case notFreed(file: String, StoreError)
    case spoolTrouble(SpoolReport.Trouble)
}
