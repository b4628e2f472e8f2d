import Glibc
import Synchronization

/// Whether the vault's file and its journal still have the names under which they were opened. A process whose files were
/// removed, moved or replaced writes on, into files that are gone when it ends.
final class FileWatch: Sendable {
    private struct Identity: Equatable {
        let device: dev_t
        let inode: ino_t

        init?(_ path: String) {
            var status = stat()
            guard unsafe lstat(path, &status) == 0 else { return nil }
            (device, inode) = (status.st_dev, status.st_ino)
        }
    }

    private let path: String
    private let file: Identity?
    /// Made by the first transaction.
    private let journal = Mutex<Identity?>(nil)

    /// Call it right after the file was opened.
    init(path: String) {
        self.path = path
        file = Identity(path)
    }

    /// Call it after a transaction, and before the next.
    func isInPlace() -> Bool {
        guard let file, Identity(path) == file else { return false }
        let now = Identity(path + "-wal")
        return journal.withLock { journal in
            if journal == nil { journal = now }
            return journal == now
        }
    }
}
