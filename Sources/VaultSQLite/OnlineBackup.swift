import CSQLite
import Vault

/// SQLite's online backup of a store into a new file, a few pages at a time.
///
/// Used on the store's thread only. What the store's own connection writes between two steps goes into the copy too, so
/// that the copy is the vault at the time of the last step, however long it takes.
// Passed from step to step; one thread uses it.
@safe final class OnlineBackup: @unchecked Sendable {
    private let target: Connection
    private var backup: OpaquePointer?

    /// - Parameter path: an existing empty file, in a directory that only this process uses.
    init(of source: Connection, into path: String) throws(StoreError) {
        do throws(SQLiteError) {
            target = try Connection(path: path)
            // Nobody opens the file before it is complete and synced, so a journal would be of no use.
            try target.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
            unsafe backup = unsafe sqlite3_backup_init(target.handle, "main", source.handle, "main")
            guard unsafe backup != nil else { throw target.failure(SQLITE_ERROR) }
        } catch {
            throw StoreError(backup: error, path: path)
        }
    }

    deinit { end() }  // does nothing if it was ended on the store's thread, as on every path

    /// - Returns: whether there is more to copy.
    func step(pages: Int32) throws(StoreError) -> Bool {
        guard unsafe backup != nil else { throw StoreError(.closed, "the vault was closed") }
        switch unsafe sqlite3_backup_step(backup, pages) {
        case SQLITE_OK, SQLITE_BUSY, SQLITE_LOCKED: return true
        case SQLITE_DONE: return false
        case let code: throw StoreError(backup: target.failure(code), path: target.path)
        }
    }

    /// Closes the file. A copy without this call is unusable.
    func finish() throws(StoreError) {
        let code = unsafe sqlite3_backup_finish(backup)
        unsafe backup = nil
        guard code == SQLITE_OK else { throw StoreError(backup: target.failure(code), path: target.path) }
        end()
    }

    func end() {
        unsafe sqlite3_backup_finish(backup)
        unsafe backup = nil
        try? target.close()
    }
}

extension StoreError {
    fileprivate init(backup error: SQLiteError, path: String) {
        let words = unsafe String(cString: sqlite3_errstr(error.code))
        switch error.kind {
        case SQLITE_FULL: self.init(.diskFull, "the disk is full: no backup was made")
        case SQLITE_CANTOPEN, SQLITE_PERM: self.init(.notPermitted, "cannot write \(path): \(words)")
        case SQLITE_READONLY: self.init(.readOnly, "cannot write \(path): \(words)")
        case SQLITE_CORRUPT: self.init(.damaged, "the vault is damaged: \(words)")
        default: self.init(.inputOutput, "the backup failed: \(words)")
        }
    }
}
