import Glibc
import System
package import Vault

/// A lock file, held for the life of the process: the kernel releases it however the process ends.
package struct FileLock: ~Copyable, Sendable {
    private let file: File

    /// - Throws: ``StoreError`` `.inUse` when another process holds it.
    package init(path: String) throws(StoreError) {
        try self.init(StoreError.wrapping { () throws(SystemError) in try File(lockFile: path) }, path)
    }

    /// The lock of a vault that is only read: creates nothing, and works on a read-only file system. `nil` when there
    /// is no lock file, so that nobody holds it.
    /// - Throws: ``StoreError`` `.inUse` when another process holds it.
    package init?(lookingAt vault: String) throws(StoreError) {
        let path = vault + ".lock"
        let file: File
        do throws(SystemError) { file = try File(reading: path) } catch {
            if error.code == ENOENT { return nil }
            throw StoreError(error)
        }
        try self.init(file, path)
    }

    private init(_ file: consuming File, _ path: String) throws(StoreError) {
        let isLocked: Bool
        do throws(SystemError) { isLocked = try file.lock() } catch { throw StoreError(error) }
        guard isLocked else { throw StoreError(.inUse, "another process holds the vault (\(path))") }
        self.file = file
    }

    // The file stays: if it were removed, a third process could lock a new file of the same name. Unlocked explicitly,
    // since a child process that is about to exec may hold the descriptor a moment longer.
    deinit { flock(file.descriptor, LOCK_UN) }
}
