import CSQLite
import Domain
import Glibc
import Vault

extension StoreError {
    /// Translates SQLite's result codes. Its messages name tables and columns and never values; still only printable
    /// text is passed on, because a crafted file can contain any names.
    /// - Parameter isOpening: whether the file is being opened. Then every error of SQLite means damage, because the
    ///   header says that we wrote the file.
    init(sqlite error: any Error, path: String, isOpening: Bool = false) {
        if let error = error as? StoreError {
            self = error
            return
        }
        guard let error = error as? SQLiteError else {
            self.init(.library, "an unexpected error of the store: \(type(of: error))")
            return
        }
        let message = error.message.printable(limit: 120)
        switch error.kind {
        case SQLITE_BUSY, SQLITE_LOCKED:
            self.init(.inUse, "another program has \(path) open")
        case SQLITE_FULL:
            self.init(.diskFull, "the disk is full: the change was not saved (\(path))")
        case SQLITE_READONLY:
            self.init(.readOnly, "\(path) cannot be written: \(message)")
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH:
            self.init(.notPermitted, "cannot open \(path): \(message)")
        // SQLite takes a lock before it notices that it may only read.
        case SQLITE_IOERR where unsafe access(path, F_OK) == 0 && access(path, W_OK) != 0:
            self.init(
                .notPermitted, "this user may not write to \(path)",
                hint: "chmod 600 \(path), if the daemon's user owns it; else chown it to that user")
        case SQLITE_IOERR:
            self.init(.inputOutput, "the disk failed at \(path): \(message) (\(error.code))")
        case SQLITE_NOTADB:
            self.init(.notAVault, "\(path) is not a database: it is damaged, or another kind of file")
        case SQLITE_ERROR where isOpening || message.hasPrefix("no such"):
            // The schema was checked when the file was opened: a missing table was removed since.
            self.init(.damaged, "\(path) is damaged: \(message)")
        case SQLITE_CORRUPT:
            self.init(.damaged, "\(path) is damaged: \(message)")
        default:
            self.init(.library, "SQLite: \(message) (\(error.code))")
        }
    }
}
