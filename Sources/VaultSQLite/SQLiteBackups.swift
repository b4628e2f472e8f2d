import Dispatch
import System
package import Vault

/// Backups as files of SQLite.
package struct SQLiteBackups: BackupFiles {
    package init() {}

    package func write<Result: Sendable>(
        to path: String, _ rows: @escaping @Sendable (_ put: (SealedRow) throws -> Void) throws -> Result
    ) async throws -> Result {
        let file = try StoreError.wrapping { () throws(SystemError) in try File(creating: path) }
        let result: Result = try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Swift.Result { try Self.fill(path, rows) })
            }
        }
        try StoreError.wrapping { () throws(SystemError) in try file.sync() }
        return result
    }

    private static func fill<Result>(
        _ path: String, _ rows: (_ put: (SealedRow) throws -> Void) throws -> Result
    ) throws -> Result {
        do {
            let connection = try Connection(path: path)
            // Nobody opens the file before it is complete and synced, so a journal would be of no use.
            try connection.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
            try Schema.make(in: connection)
            let result = try connection.transaction(.immediate) {
                let transaction = SQLiteTransaction(connection)
                return try rows { try transaction.put($0) }
            }
            try connection.close()
            return result
        } catch let error as SQLiteError {
            throw StoreError(sqlite: error, path: path)
        }
    }

    package func openCopy(of backup: String, in directory: String) throws(StoreError) -> any VaultStore {
        let copy = try VaultCopy(of: backup, in: directory)
        return try SQLiteStore.open(copy, named: backup)
    }

    package func open(_ path: String) throws(StoreError) -> any ExaminableStore { try VaultFile(at: path) }

    package func isBackup(_ path: String) -> Bool { VaultFile.isVault(path) }
}
