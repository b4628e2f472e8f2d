import SocketAPI
import Vault
import VaultSQLite

extension Paths {
    /// Where this host keeps its vault. The only place that says which kind of store it is.
    var storage: any VaultStorage { SQLiteStorage(at: vault) }

    /// Spare files for answers that the vault cannot store.
    var spoolStore: any SpoolStore { SpoolFiles(directory: spool) }
}
