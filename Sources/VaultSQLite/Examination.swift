import CSQLite
package import Domain
import Vault

/// The checks of a vault's file that SQLite can do without any key.
enum Examination {
    /// The most findings to report.
    private static let most = 100

    static func findings(_ connection: Connection) throws -> [Finding] {
        var findings: [Finding] = []
        func add(_ detail: String) {
            findings.append(Finding(.fatal, "vault.db", StoreError(.damaged, detail).advice))
        }
        for row in try connection.texts("PRAGMA integrity_check(\(most))") where row != "ok" {
            for line in row.split(separator: "\n") where !line.hasPrefix("***") { add("damaged: \(line)") }
        }
        let orphans = try connection.prepare("PRAGMA foreign_key_check")
        var left = most
        while left > 0, try orphans.step() {
            add("a row of table \(orphans.text(0)) refers to a missing row of table \(orphans.text(2))")
            left -= 1
        }
        let (found, wanted) = (try schema(connection), try wantedSchema())
        for (name, text) in wanted.sorted(by: { $0.key < $1.key }) where found[name] != text {
            add(found[name] == nil ? "\(name) is missing" : "\(name) differs from the schema")
        }
        for name in found.keys.sorted() where wanted[name] == nil {
            add("\(name) is not part of the schema: somebody added it")
        }
        return findings
    }

    /// Tables, indices, triggers and views, with the text that created each.
    private static func schema(_ connection: Connection) throws -> [String: String] {
        let rows = try connection.prepare("SELECT type || ' ' || name, sql FROM sqlite_schema")
        var texts: [String: String] = [:]
        while try rows.step() { texts[rows.text(0)] = texts[rows.text(0)] ?? rows.text(1) }
        return texts
    }

    private static func wantedSchema() throws -> [String: String] {
        let connection = try Connection.inMemory()
        try Schema.make(in: connection)
        return try schema(connection)
    }
}

extension SQLiteStore {
    /// The version of the loaded SQLite.
    package static var libraryVersion: String { unsafe String(cString: sqlite3_libversion()) }

    /// Checks the whole file: pages, tables and references. Reads all of it.
    package func examine() async throws -> [Finding] { try await onConnection { try Examination.findings($0) } }
}
