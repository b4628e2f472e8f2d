import Glibc
import Synchronization
import Vault

/// Whether the vault's file and its journal are still those that were opened, and only this process writes to them.
///
/// A process whose files were removed, moved or replaced writes on, into files that are gone when it ends. A file that was
/// written over, as by `cp OLD vault.db`, has another vault's pages between those that SQLite still has in memory, and
/// SQLite does not look: in its exclusive mode nobody else is expected to write.
final class FileWatch: Sendable {
    private struct Identity: Equatable {
        let device: dev_t
        let inode: ino_t
        let size: off_t
        /// Of the last write, in nanoseconds.
        let written: Int

        init?(_ path: String) {
            var status = stat()
            guard unsafe lstat(path, &status) == 0 else { return nil }
            (device, inode, size) = (status.st_dev, status.st_ino, status.st_size)
            written = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
        }

        func isSameFile(as other: Identity?) -> Bool { device == other?.device && inode == other?.inode }
    }

    private struct Known {
        var file: Identity?
        /// Made by the first transaction.
        var journal: Identity?
        /// While this process writes, sizes and times say nothing.
        var isWriting = false
        /// Once another program has written, nothing makes it undone.
        var isOverwritten = false
    }

    private let path: String
    private let known: Mutex<Known>

    /// Call it right after the file was opened.
    init(path: String) {
        self.path = path
        known = Mutex(Known(file: Identity(path)))
    }

    func check() -> FileLoss? {
        known.withLock { known in
            let (file, journal) = (Identity(path), Identity(path + "-wal"))
            guard let file, file.isSameFile(as: known.file) else { return .gone }
            if known.journal == nil { known.journal = journal }
            guard known.journal == nil || known.journal?.isSameFile(as: journal) == true else { return .gone }
            if !known.isWriting, file != known.file || journal != known.journal { known.isOverwritten = true }
            return known.isOverwritten ? .overwritten : nil
        }
    }

    /// Does everything by which this process changes the files, unless they are no longer its own.
    func writing<Result>(_ body: () throws -> Result) throws -> Result {
        if let loss = check() { throw StoreError(.gone, "\(path) \(loss.words)") }
        known.withLock { $0.isWriting = true }
        defer { wrote() }
        return try body()
    }

    private func wrote() {
        known.withLock { known in
            known.isWriting = false
            guard !known.isOverwritten else { return }
            // A file that has taken the place of the known one is none of ours.
            if let file = Identity(path), file.isSameFile(as: known.file) { known.file = file }
            let journal = Identity(path + "-wal")
            if known.journal == nil || journal?.isSameFile(as: known.journal) == true { known.journal = journal }
        }
    }
}

/// What became of a vault's files under the process that serves it.
enum FileLoss: Equatable, Sendable {
    case gone, overwritten

    var words: String {
        switch self {
        case .gone: "was removed, moved or replaced while it was in use"
        case .overwritten: "was written by another program while it was in use"
        }
    }
}
