import GRDB
import Vault

/// The versions of the schema, oldest first. A vault moves forward one version at a time and never back.
enum Schema {
    /// "KTRN": tells a vault of ours from any other SQLite file (`PRAGMA application_id`).
    static let applicationID = 0x4B54_524E

    private static let versions = [
        PackageResources.v001_sql, PackageResources.v002_sql, PackageResources.v003_sql, PackageResources.v004_sql,
        PackageResources.v005_sql,
    ]

    static var current: Int { versions.count }

    /// Brings the vault to the current version, each step in a transaction of its own.
    /// - Returns: the version that it had.
    static func migrate(_ database: Database, isNew: Bool) throws -> Int {
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard found >= (isNew ? 0 : 1) else {
            throw StoreError(.damaged, "the vault says that its schema is \(found), which no vault has")
        }
        guard found <= current else {
            throw StoreError(.newerSchema(found: found, known: current), "nothing was changed")
        }
        for version in found..<current {
            try database.inTransaction(.immediate) {
                try database.execute(sql: String(decoding: versions[version], as: UTF8.self))
                try database.execute(sql: "PRAGMA user_version = \(version + 1)")
                return .commit
            }
        }
        return found
    }
}
