package import Domain
package import Vault

/// What the engine did, for the log.
package enum RotationEvent: Sendable {
    /// It came into the state that it is in; also when it began, and when it ended. Told once, with the commit.
    case moved(Name, Rotation)
    /// It is where it was, for another reason.
    case waits(Name, Rotation)
    case notKept(Name, VaultError)
    /// Zoom's answer is in memory alone: the vault cannot take it, and the spool neither, for the reason given.
    case unstored(Name, VaultError, spool: String)
    /// Zoom's answer is in a file of the spool, because the vault cannot take it.
    case kept(Name, file: String, VaultError)
    /// An answer that an earlier process left in the spool is now in the vault.
    case found(Name, file: String)
    case notFreed(file: String, StoreError)
    case spoolTrouble(SpoolReport.Trouble)
}
