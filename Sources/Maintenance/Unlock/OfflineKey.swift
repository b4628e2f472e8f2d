import Envelope
import Glibc
package import SecretMemory
import Vault

/// The unlock key of an offline command.
package struct OfflineKey: Sendable {
    let unlockKey: UnlockKey

    package static func passphrase(_ passphrase: consuming SecretBytes) -> OfflineKey {
        OfflineKey(unlockKey: UnlockKey(.passphrase(passphrase)))
    }

    package static func recoveryKey(_ typed: borrowing SecretBytes) throws(StartError) -> OfflineKey {
        do throws(VaultError) { return OfflineKey(unlockKey: try UnlockKey(typedRecoveryKey: typed)) } catch {
            throw StartError(error)
        }
    }

    /// The key that the daemon would use at its start.
    /// - Parameter state: the vault's directory. Root may use a key file of the directory's owner.
    package static func configured(_ source: UnlockSource, state: String) throws(StartError) -> OfflineKey {
        OfflineKey(unlockKey: try source.read(owner: UnlockSource.owner(of: state)))
    }
}
