import Daemon
import Domain
import Glibc
import Maintenance
import SocketAPI
import Vault
import VaultPostgreSQL
import VaultSQLite

extension Paths {
    /// Where this host has its vault: a file in the state directory, or the database of the setting `store`. The only file that
    /// says which kinds of stores there are.
    func storage(_ settings: Settings) throws(StartError) -> any VaultStorage {
        let file = SQLiteStorage(at: vault)
        guard let url = settings.store else { return file }
        return PostgreSQLStorage(at: try location(url, settings), local: file, stateDirectory: stateDirectory)
    }

    private func location(_ url: String, _ settings: Settings) throws(StartError) -> PostgreSQLLocation {
        let password =
            Serve.credential("keyturn.store").map { PasswordFile($0, isCredential: true) }
            ?? settings.storePasswordFile.map { PasswordFile($0) }
        do throws(StoreError) { return try PostgreSQLLocation(url, passwordFile: password) } catch {
            throw StartError(.configuration, "store: \(error.detail)", hint: error.hint)
        }
    }

    /// The vault's file as an end of a move.
    var migrationEnd: any MigrationEnd { SQLiteMigrationEnd(at: vault) }

    /// A database as an end of a move.
    func migrationEnd(url: String, _ settings: Settings) throws(StartError) -> any MigrationEnd {
        PostgreSQLMigrationEnd(
            at: try location(url, settings), backups: SQLiteStorage(at: vault).backups, stateDirectory: stateDirectory)
    }

    /// Spare files for answers that the vault cannot store.
    var spoolStore: any SpoolStore { SpoolFiles(directory: spool) }
}
