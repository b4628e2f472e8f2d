import GRDB
import Vault

/// The one version of the schema that there is so far. A later one brings vaults of this one forward in ``check(_:)``.
enum Schema {
    /// "KTRN": tells a vault of ours from any other SQLite file (`PRAGMA application_id`).
    static let applicationID = 0x4B54_524E
    static let version = 1

    /// Makes the tables of a new vault.
    static func make(in database: Database) throws {
        try database.inTransaction(.immediate) {
            try database.execute(sql: String(decoding: PackageResources.v001_sql, as: UTF8.self))
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            try database.execute(sql: "PRAGMA user_version = \(version)")
            return .commit
        }
    }

    /// Refuses a vault whose schema this program does not know.
    static func check(_ database: Database) throws {
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard found >= 1 else {
            throw StoreError(.damaged, "the vault says that its schema is \(found), which no vault has")
        }
        guard found <= version else {
            throw StoreError(.newerSchema(found: found, known: version), "nothing was changed")
        }
    }
}
