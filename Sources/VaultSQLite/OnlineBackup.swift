import GRDB
import GRDBSQLite
import Vault

/// SQLite's online backup of a store into a new file, a few pages at a time.
///
/// Used on the store's thread alone. What the store's own connection writes between two steps goes into the
/// copy too, so that the copy is the vault as it is at the last step, however long it took.
// Sent from step to step, and touched by one thread.
@safe final class OnlineBackup: @unchecked Sendable {
    private let path: String
    private var target: OpaquePointer?
    private var backup: OpaquePointer?

    /// - Parameter path: a file that is there and empty, in a directory that is this process's alone.
    init(of source: Database, into path: String) throws(StoreError) {
        self.path = path
        guard unsafe sqlite3_open_v2(path, &target, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK else { throw failure() }
        // Nobody opens the file before it is whole and synced: a journal would only be written for nobody.
        guard
            unsafe sqlite3_exec(target, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", nil, nil, nil)
                == SQLITE_OK
        else { throw failure() }
        unsafe backup = unsafe sqlite3_backup_init(target, "main", source.sqliteConnection, "main")
        guard unsafe backup != nil else { throw failure() }
    }

    deinit { end() }  // Does nothing where it was ended on the store's thread, as it is on every way out.

    /// - Returns: whether there is more to copy.
    func step(pages: Int32) throws(StoreError) -> Bool {
        guard unsafe backup != nil else { throw StoreError(.closed, "the vault was closed") }
        switch unsafe sqlite3_backup_step(backup, pages) {
        case SQLITE_OK, SQLITE_BUSY, SQLITE_LOCKED: return true
        case SQLITE_DONE: return false
        case let code: throw failure(code)
        }
    }

    /// Closes the file. A copy that was not ended is of no use.
    func finish() throws(StoreError) {
        let code = unsafe sqlite3_backup_finish(backup)
        unsafe backup = nil
        guard code == SQLITE_OK else { throw failure(code) }
        end()
    }

    func end() {
        unsafe sqlite3_backup_finish(backup)
        unsafe sqlite3_close_v2(target)
        unsafe (backup, target) = (nil, nil)
    }

    private func failure(_ code: Int32? = nil) -> StoreError {
        let code = unsafe code ?? sqlite3_errcode(target)
        let words = unsafe String(cString: sqlite3_errstr(code))
        return switch code & 0xFF {
        case SQLITE_FULL: StoreError(.diskFull, "the disk is full: no backup was made")
        case SQLITE_CANTOPEN, SQLITE_PERM: StoreError(.notPermitted, "cannot write \(path): \(words)")
        case SQLITE_READONLY: StoreError(.readOnly, "cannot write \(path): \(words)")
        case SQLITE_CORRUPT: StoreError(.damaged, "the vault is damaged: \(words)")
        default: StoreError(.inputOutput, "the backup failed: \(words)")
        }
    }
}
