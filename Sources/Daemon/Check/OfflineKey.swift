import Envelope
package import SecretMemory
import Vault

/// What opens the vault for a command that works without the daemon.
package enum OfflineKey: ~Copyable {
    /// - Parameter isCredential: whether systemd put it there.
    case keyFile(String, isCredential: Bool)
    case passphrase(SecretBytes)
    case recoveryKey(SecretBytes)

    consuming func way() throws(StartError) -> UnlockWay {
        switch consume self {
        case .keyFile(let path, let isCredential): return try KeyFile.read(path, isCredential: isCredential)
        case .passphrase(let passphrase): return UnlockWay(.passphrase(passphrase))
        case .recoveryKey(let typed):
            do throws(VaultError) { return try UnlockWay(typedRecoveryKey: typed) } catch { throw StartError(error) }
        }
    }
}
