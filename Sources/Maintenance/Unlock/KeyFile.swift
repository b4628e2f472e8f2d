import Domain
import Envelope
import Glibc
package import SecretMemory
import SocketAPI
import System
package import Vault

/// Files that contain an unlock key.
enum KeyFile {
    /// Reads a key file that only this user, or root, can read.
    /// - Parameters:
    ///   - isCredential: whether systemd put it there for this service only. It grants access to the service's user by an
    ///     access control list, which shows as a readable group.
    ///   - owner: the user besides root who may have put it there. A user who knows a vault's key can open that vault.
    static func read(
        _ path: String, isCredential: Bool = false, owner: uid_t = geteuid()
    ) throws(StartError) -> UnlockKey {
        if !isCredential { try StartError.check("the key file", path, owner: owner) }
        let lengths = UnlockSecret.keyFileLengths
        do throws(PrivateFile.Refusal) {
            return UnlockKey(
                .keyFile(try PrivateFile.read(path, sizes: lengths, forbidden: isCredential ? 0o007 : 0o077)))
        } catch {
            switch error {
            case .system(let error): throw StartError(systemCall: "cannot read the key file \(path)", error.code)
            case .notAFile: throw StartError(.configuration, "\(path) is not a file")
            case .open:
                throw StartError(
                    .notPermitted, "the key file \(path) can be read by others", hint: "chmod 0400 \(path)")
            case .size(let size):
                throw StartError(
                    .badData,
                    "the key file \(path) has \(counted(size, "byte")), not \(lengths.lowerBound) to \(lengths.upperBound)",
                    hint: "restore the right file; a file left by an interrupted init is useless: rm \(path)")
            }
        }
    }

    /// Writes a new file that nobody can read before it is complete, and that survives a power cut.
    static func write(_ secret: borrowing SecretBytes, to path: String, mode: mode_t) throws(StartError) {
        do throws(SystemError) {
            try secret.withSpan { span throws(SystemError) in try Files.create(path, mode: mode, containing: span) }
        } catch {
            let failure = StartError(error)
            guard error.code == EEXIST else { throw failure }
            throw StartError(
                failure.exitStatus, failure.detail,
                hint: "use another name; or, if no vault needs that file: rm \(path)")
        }
    }
}

extension UnlockKey {
    /// The unlock key from a typed recovery key.
    package convenience init(typedRecoveryKey secret: borrowing SecretBytes) throws(VaultError) {
        do {
            self.init(.recovery(try secret.withSpan { span throws(EnvelopeError) in try RecoveryKey(reading: span) }))
        } catch {
            throw VaultError(
                .mistyped, "this is not a recovery key: a character is missing or mistyped",
                hint: "compare it with your copy, group by group")
        }
    }
}
