import Glibc
import System
package import Vault

/// A state directory's vault file as an end of a move. An unfinished copy is a file with a name of its own beside it, and a vault that
/// was moved away is in a directory of its own.
package struct SQLiteMigrationEnd: MigrationEnd {
    private let path: String
    private let storage: SQLiteStorage
    private var draft: String { StoreMarker.draft(of: path) }
    private var directory: String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." }

    package init(at path: String) {
        self.path = path
        storage = SQLiteStorage(at: path)
    }

    package var place: String { "\(path) on host \(hostName())" }

    package let isLocal = true

    package func state() throws(StoreError) -> MigrationState {
        switch try storage.state() {
        case .present: .vault
        case .replacing:
            throw StoreError(
                .exists, "a restore to \(path) was interrupted before the vault was in place",
                hint: "keyturnd serve, which completes it; then repeat this")
        case .missing: unsafe access(draft, F_OK) == 0 ? .unfinished : .nothing
        }
    }

    package func lock() throws(StoreError) -> (any StorageLock)? { try storage.lock(.writing) }

    package func open() throws(StoreError) -> any VaultStore {
        try storage.backups.openCopy(of: try state() == .unfinished ? draft : path, in: directory)
    }

    package func receive(_ rows: any VaultStore, from place: String) async throws {
        VaultCopy.remove(at: draft)
        try await rows.backUp(to: draft) { _ in }
        try syncName(of: draft)
    }

    package func leave(for place: String) throws(StoreError) -> String? {
        // Before the file goes: without it, the marker says where the vault is.
        try StoreError.wrapping { () throws(SystemError) in _ = try StoreMarker.write(place, in: directory) }
        return try Replacement(of: path).clear(as: "moved")
    }

    package func finish() throws(StoreError) {
        guard try state() == .unfinished else { throw StoreError(.missing, "there is no unfinished vault at \(draft)") }
        // The journal of another file would be taken for this one's.
        _ = try Replacement(of: path).clear(as: "replaced")
        try StoreError.wrapping { () throws(SystemError) in try Files.rename(draft, to: path) }
        try syncName(of: path)
        StoreMarker.remove(from: directory)
    }
}
