import Glibc
import Vault

/// A lock file held for life: the kernel lets go of it however the process ends.
struct FileLock: ~Copyable {
    private let descriptor: CInt

    /// - Throws: ``StoreError`` `.inUse` when another process holds it.
    init(path: String) throws(StoreError) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StoreError(systemCall: "cannot open the lock file \(path)", errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            close(descriptor)
            guard reason == EWOULDBLOCK else { throw StoreError(systemCall: "cannot lock \(path)", reason) }
            throw StoreError(.inUse, "another process holds the vault (\(path))")
        }
        self.descriptor = descriptor
    }

    // The file stays: to remove it would let a third process lock a new file of the same name.
    // Unlocked by word, since a child process on its way to another program may hold the descriptor a moment longer.
    deinit {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
