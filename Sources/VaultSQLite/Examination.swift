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
        for difference in try Schema.differences(connection) { add(difference) }
        return findings
    }
}

extension SQLiteStore {
    /// The version of the loaded SQLite.
    package static var libraryVersion: String { unsafe String(cString: sqlite3_libversion()) }

    /// Checks the whole file: pages, tables and references. Reads all of it.
    package func examine() async throws -> [Finding] { try await onConnection { try Examination.findings($0) } }
}
