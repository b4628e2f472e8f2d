import Domain
import Envelope
import Glibc
package import SecretMemory
import SocketAPI
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
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else { throw StartError(systemCall: "cannot read the key file \(path)", errno) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw StartError(systemCall: "cannot inspect \(path)", errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw StartError(.configuration, "\(path) is not a file") }
        guard status.st_mode & (isCredential ? 0o007 : 0o077) == 0 else {
            throw StartError(
                .notPermitted, "the key file \(path) can be read by others", hint: "chmod 0400 \(path)")
        }
        let lengths = UnlockSecret.keyFileLengths
        guard lengths.contains(Int(status.st_size)) else {
            throw StartError(
                .badData,
                "the key file \(path) has \(counted(Int(status.st_size), "byte")), not \(lengths.lowerBound) to \(lengths.upperBound)",
                hint: "restore the right file; a file left by an interrupted init is useless: rm \(path)")
        }
        let secret = try SecretBytes(count: Int(status.st_size)) { span throws(StartError) in
            let count = span.byteCount
            let got = unsafe span.withUnsafeMutableBytes { bytes in
                guard let base = bytes.baseAddress else { return 0 }
                return unsafe Glibc.read(descriptor, base, count)
            }
            guard got == count else { throw StartError(systemCall: "cannot read the key file \(path)", errno) }
        }
        return UnlockKey(.keyFile(secret))
    }

    /// Writes a new file that nobody can read before it is complete, and that survives a power cut.
    static func write(_ secret: borrowing SecretBytes, to path: String, mode: mode_t) throws(StartError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else {
            let error = StartError(systemCall: "cannot create \(path)", errno)
            guard errno == EEXIST else { throw error }
            throw StartError(
                error.exitStatus, error.detail, hint: "use another name; or, if no vault needs that file: rm \(path)")
        }
        defer { close(descriptor) }
        do throws(StoreError) {
            try secret.withSpan { span throws(StoreError) in
                var done = 0
                while done < span.byteCount {
                    let written = unsafe span.withUnsafeBytes { bytes in
                        unsafe Glibc.write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
                    }
                    if written < 0, errno == EINTR { continue }
                    guard written > 0 else { throw StoreError(systemCall: "cannot write \(path)", errno) }
                    done += written
                }
            }
            guard fsync(descriptor) == 0 else { throw StoreError(systemCall: "cannot write \(path)", errno) }
            try syncDirectory(of: path)
        } catch {
            unsafe unlink(path)
            throw StartError(VaultError(error))
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
