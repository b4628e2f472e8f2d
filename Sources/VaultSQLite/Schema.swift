import Vault

/// The only version of the schema so far. A later one will migrate vaults of this one in ``check(_:)``.
enum Schema {
    /// "KTRN": distinguishes a vault from any other SQLite file (`PRAGMA application_id`).
    static let applicationID = 0x4B54_524E
    static let version = 1

    /// Creates the tables of a new vault.
    static func make(in connection: Connection) throws {
        try connection.transaction(.immediate) {
            try connection.execute(String(decoding: PackageResources.v001_sql, as: UTF8.self))
            try connection.execute("PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version)")
        }
    }

    /// Refuses a vault whose schema is unknown to this program.
    static func check(_ connection: Connection) throws {
        let found = try connection.integer("PRAGMA user_version") ?? 0
        guard found >= 1 else {
            throw StoreError(.damaged, "the vault claims schema \(found), which does not exist")
        }
        guard found <= version else {
            throw StoreError(.newerSchema(found: found, known: version), "nothing was changed")
        }
    }
}
