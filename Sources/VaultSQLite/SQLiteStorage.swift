import Domain
import Glibc
import System
package import Vault

/// A vault in one SQLite file, with its journals and its lock beside it.
package struct SQLiteStorage: VaultStorage {
    private let path: String

    package init(at path: String) { self.path = path }

    package var library: StorageLibrary { .sqlite(version: SQLiteStore.libraryVersion) }

    package var place: String { path }

    package var otherPlace: String { "use another --state-dir" }

    package var backups: any BackupFiles { SQLiteBackups() }

    package func state() throws(StoreError) -> StorageState {
        if Replacement(of: path).isPending { return .replacing }
        guard unsafe access(path, F_OK) != 0 else { return .present }
        let reason = errno
        guard reason == ENOENT else { throw StoreError(systemCall: "cannot open \(path)", reason) }
        return .missing
    }

    package func create(filledBy fill: @Sendable (any SealedStore) async throws -> Void) async throws {
        try await SQLiteStore.create(at: path) { store in try await fill(store) }
    }

    package func open() throws(StoreError) -> any VaultStore { try SQLiteStore.open(at: path) }

    package func lock(_ access: StorageAccess) throws(StoreError) -> (any StorageLock)? {
        switch access {
        case .reading:
            guard let lock = try FileLock(lookingAt: path) else { return nil }
            return HeldLock(lock)
        case .writing:
            let lock = HeldLock(try FileLock(path: path + ".lock"))
            VaultCopy.sweep(directory)
            return lock
        }
    }

    private var directory: String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." }

    package func openCopy(in directory: String) throws(StoreError) -> any VaultStore {
        try backups.openCopy(of: path, in: directory)
    }

    package func beginReplacement(by backup: String) throws(StoreError) -> any VaultReplacement {
        try FileReplacement(of: path, by: backup)
    }

    package func finishReplacement() throws(StoreError) { try Replacement(of: path).finish() }
}

private final class HeldLock: StorageLock {
    private let lock: FileLock

    init(_ lock: consuming FileLock) { self.lock = lock }
}

/// A copy of a backup beside the vault, under a name of its own.
private final class FileReplacement: VaultReplacement {
    let store: any VaultStore
    private let path: String
    private let draft: String

    init(of path: String, by backup: String) throws(StoreError) {
        let draft = path + ".restoring"
        do throws(StoreError) {
            try VaultCopy.place(backup, at: draft)
            do throws(StoreError) { store = try SQLiteStore.open(at: draft) } catch {
                throw StoreError(error.code, error.detail.replacing(draft, with: backup))
            }
        } catch {
            VaultCopy.remove(at: draft)
            throw error
        }
        (self.path, self.draft) = (path, draft)
    }

    func finish() async throws -> String? {
        try await store.close()
        guard unsafe access(draft + "-wal", F_OK) != 0 else {
            throw StoreError(.inputOutput, "the vault could not be written as one file")
        }
        let aside = try Replacement(of: path).replace(with: draft)
        VaultCopy.remove(at: draft)
        return aside
    }

    func discard() async {
        try? await store.close()
        VaultCopy.remove(at: draft)
    }
}
