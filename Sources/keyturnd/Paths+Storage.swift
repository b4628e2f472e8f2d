import Daemon
import Domain
import Glibc
import Maintenance
import SocketAPI
import Vault
import VaultPostgreSQL
import VaultSQLite

extension Paths {
    /// Where this host has its vault: a file in the state directory, or the database of the setting `store`. The only place that
    /// says which kinds of stores there are.
    func storage(_ settings: Settings) throws(StartError) -> any VaultStorage {
        let file = SQLiteStorage(at: vault)
        guard let url = settings.store else { return file }
        let password =
            Serve.credential("keyturn.store").map { PasswordFile($0, isCredential: true) }
            ?? settings.storePasswordFile.map { PasswordFile($0) }
        do throws(StoreError) {
            return PostgreSQLStorage(
                at: try PostgreSQLLocation(url, passwordFile: password), local: file, stateDirectory: stateDirectory)
        } catch { throw StartError(.configuration, "store: \(error.detail)", hint: error.hint) }
    }

    /// Spare files for answers that the vault cannot store.
    var spoolStore: any SpoolStore { SpoolFiles(directory: spool) }
}
