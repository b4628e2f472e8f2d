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

    /// What the file has besides this program's tables, indices and triggers, or lacks of them, in sentences.
    static func differences(_ connection: Connection) throws -> [String] {
        let fresh = try Connection.inMemory()
        try make(in: fresh)
        let (found, wanted) = (try texts(connection), try texts(fresh))
        let changed = wanted.sorted { $0.key < $1.key }.compactMap { name, text in
            found[name] == text ? nil : found[name] == nil ? "\(name) is missing" : "\(name) differs from the schema"
        }
        return changed
            + found.keys.sorted().filter { wanted[$0] == nil }.map {
                "\($0) is not part of the schema: somebody added it"
            }
    }

    /// Tables, indices, triggers and views, with the text that created each.
    private static func texts(_ connection: Connection) throws -> [String: String] {
        let rows = try connection.prepare("SELECT type || ' ' || name, sql FROM sqlite_schema")
        var texts: [String: String] = [:]
        while try rows.step() { texts[rows.text(0)] = texts[rows.text(0)] ?? rows.text(1) }
        return texts
    }
}
