import CSQLite
import Vault

/// SQLite's online backup of a store into a new file, a few pages at a time.
///
/// Used on the store's thread alone. What the store's own connection writes between two steps goes into the
/// copy too, so that the copy is the vault as it is at the last step, however long it took.
// Sent from step to step, and touched by one thread.
@safe final class OnlineBackup: @unchecked Sendable {
    private let target: Connection
    private var backup: OpaquePointer?

    /// - Parameter path: a file that is there and empty, in a directory that is this process's alone.
    init(of source: Connection, into path: String) throws(StoreError) {
        do throws(SQLiteError) {
            target = try Connection(path: path)
            // Nobody opens the file before it is whole and synced: a journal would only be written for nobody.
            try target.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
            unsafe backup = unsafe sqlite3_backup_init(target.handle, "main", source.handle, "main")
            guard unsafe backup != nil else { throw target.failure(SQLITE_ERROR) }
        } catch {
            throw StoreError(backup: error, path: path)
        }
    }

    deinit { end() }  // Does nothing where it was ended on the store's thread, as it is on every way out.

    /// - Returns: whether there is more to copy.
    func step(pages: Int32) throws(StoreError) -> Bool {
        guard unsafe backup != nil else { throw StoreError(.closed, "the vault was closed") }
        switch unsafe sqlite3_backup_step(backup, pages) {
        case SQLITE_OK, SQLITE_BUSY, SQLITE_LOCKED: return true
        case SQLITE_DONE: return false
        case let code: throw StoreError(backup: target.failure(code), path: target.path)
        }
    }

    /// Closes the file. A copy that was not ended is of no use.
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
