import Glibc
package import Vault

/// A lock file, held for the life of the process: the kernel releases it however the process ends.
package struct FileLock: ~Copyable, Sendable {
    private let descriptor: CInt

    /// - Throws: ``StoreError`` `.inUse` when another process holds it.
    package init(path: String) throws(StoreError) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        try self.init(descriptor, path)
    }

    /// The lock of a vault that is only read: creates nothing, and works on a read-only file system. `nil` when there
    /// is no lock file, so that nobody holds it.
    /// - Throws: ``StoreError`` `.inUse` when another process holds it.
    package init?(lookingAt vault: String) throws(StoreError) {
        let descriptor = unsafe open(vault + ".lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        if descriptor < 0, errno == ENOENT { return nil }
        try self.init(descriptor, vault + ".lock")
    }

    private init(_ descriptor: CInt, _ path: String) throws(StoreError) {
        guard descriptor >= 0 else { throw StoreError(systemCall: "cannot open the lock file \(path)", errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            close(descriptor)
            guard reason == EWOULDBLOCK else { throw StoreError(systemCall: "cannot lock \(path)", reason) }
            throw StoreError(.inUse, "another process holds the vault (\(path))")
        }
        self.descriptor = descriptor
    }

    // The file stays: if it were removed, a third process could lock a new file of the same name. Unlocked explicitly,
    // since a child process that is about to exec may hold the descriptor a moment longer.
    deinit {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
