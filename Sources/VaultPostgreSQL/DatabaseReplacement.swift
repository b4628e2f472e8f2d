import Domain
import Glibc
import System
import Vault

/// A backup on its way into a database: its rows take the place of all rows there, in one transaction.
final class DatabaseReplacement: VaultReplacement {
    /// A private copy of the backup.
    let store: any VaultStore
    private let login: ServerLogin
    private let lease: WriterLease?
    private let backups: any BackupFiles
    private let stateDirectory: String

    /// - Parameter lease: the right to change the vault that is there; `nil` when there is none.
    init(
        _ copy: any VaultStore, _ login: ServerLogin, lease: WriterLease?, backups: any BackupFiles,
        stateDirectory: String
    ) {
        (store, self.login, self.lease) = (copy, login, lease)
        (self.backups, self.stateDirectory) = (backups, stateDirectory)
    }

    /// The old rows are in a file beside the audit log before they are removed. Tables that are not as this program makes them are
    /// left as they are, under another name.
    func finish() async throws -> String? {
        let stamp = SystemTime().now.wall.description.filter { $0.isNumber || $0.isLetter }
        let there = try inspect()
        let aside =
            switch there {
            case .nothing: String?.none
            case .vault: try await saveOldRows(stamp)
            case .others: "schema keyturn_replaced_\(stamp) of the database"
            }
        let (login, lease) = (login, lease)
        try await store.read { rows in
            let session = Session(login, lease: lease)
            defer { session.close() }
            switch there {
            case .nothing: try Schema.make(with: session) { try $0.copyAll(of: rows) }
            case .vault: try Self.replace(rows, with: session)
            case .others:
                try Schema.make(with: session, insteadOf: "keyturn_replaced_\(stamp)") { try $0.copyAll(of: rows) }
            }
        }
        await discard()
        return aside
    }

    func discard() async { try? await store.close() }

    private enum There { case nothing, vault, others }

    private func inspect() throws -> There {
        try Session.once(login) { session in
            try session.transaction(.read) { connection in
                guard try Examination.isAnything(on: connection) else { return .nothing }
                return try Examination.differences(on: connection).isEmpty ? .vault : .others
            }
        }
    }

    /// - Returns: its path, with a number if there is one of that name.
    private func makeDirectory(_ name: String) throws(StoreError) -> String {
        for number in 0...999 {
            let path = name + (number == 0 ? "" : "-\(number)")
            if unsafe mkdir(path, 0o700) == 0 { return path }
            guard errno == EEXIST else {
                throw StoreError(systemCall: "cannot create a directory for the old rows", errno)
            }
        }
        throw StoreError(.library, "there are too many directories like \(name)")
    }

    /// - Returns: the new directory with the file.
    private func saveOldRows(_ stamp: String) async throws -> String {
        let aside = try makeDirectory("\(stateDirectory)/replaced-\(stamp)")
        do {
            try await backups.write(to: aside + "/vault.db") { [login] put in
                try Snapshot.read(login) { rows in
                    for table in SealedTable.all { try rows.forEachRow(in: table, put) }
                }
            }
            try syncName(of: aside + "/vault.db")
            try syncName(of: aside)
        } catch {
            unsafe unlink(aside + "/vault.db")
            unsafe rmdir(aside)
            throw error
        }
        return aside
    }

    private static func replace(_ rows: any StoreTransaction, with session: Session) throws {
        let connection = try session.begin(.write, locking: CommitMark.lock)
        let transaction = PostgreSQLTransaction(connection, mayWrite: true)
        do {
            try transaction.replaceAll(by: rows)
            try transaction.set(.served)
        } catch {
            session.rollBack(connection)
            if let failure = error as? PostgreSQLFailure { throw StoreError(failure, at: connection.place) }
            throw error
        }
        try session.commit(connection, transaction.mark) {}
    }
}
