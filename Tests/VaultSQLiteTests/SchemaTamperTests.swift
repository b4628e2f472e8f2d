import Domain
import SecretMemory
import TestSupport
import Testing
import Vault
import VaultSQLite

/// Every column of every table of the file, changed by SQLite's own shell. What there is to change is read out of the
/// file's schema: a table that somebody adds is attacked here without being named.
@Suite struct SchemaTamperTests {
    private static func filled() async throws -> (file: FileVault, tables: [String: [String]]) {
        let file = try await FileVault()
        let log = HalfWrittenLog()
        defer { withExtendedLifetime(log) {} }
        try await file.use(beside: log) { vault in
            for number in 0..<3 { try await vault.add(number: number, at: file.time.now) }
            for entry in vault.catalog.apps {
                let rotation = Rotation.planned(
                    id: "r-\(entry.app.name)", app: entry.app, base: .first, trigger: .operator, overlap: 60,
                    at: file.time.now.wall)
                try await vault.begin(rotation, of: entry.app)
                try await vault.setAside(SecretBox("late"), answeredAt: file.time.now.wall, of: entry.app)
                let receipt = Receipt(of: entry, by: "client-0", at: file.time.now.wall, isAcknowledged: true)
                try await vault.save([(entry.app, receipt)])
                let target = PushTarget.sample("console-\(entry.app.name)", of: entry.app)
                try await vault.add(target)
                try await vault.save(Delivery(), of: target)
                try await vault.save([
                    (entry.app, SchedulerState(rotation: .init(base: .first, due: file.time.now.wall + 60)))
                ])
            }
        }
        var tables: [String: [String]] = [:]
        let names = try sqlite(file.path, "SELECT name FROM sqlite_schema WHERE type = 'table'").output
        for table in names.split(separator: "\n").map(String.init) {
            tables[table] = try sqlite(file.path, "SELECT name FROM pragma_table_info('\(table)')").output
                .split(separator: "\n").map(String.init)
        }
        return (file, tables)
    }

    /// What is found in a copy of the vault after somebody changed it; `nil` when the change itself was refused.
    private func findings(_ original: FileVault, _ statement: String) async throws -> [Finding]? {
        let file = try FileVault(files: ["vault.db": contents(original.path)])
        let (status, changed) = try sqlite(file.path, "\(statement); SELECT changes() > 0")
        guard status == 0, changed.hasSuffix("1\n") else { return nil }
        do {
            let store = try SQLiteStore.open(at: file.path)
            let inspection = try await VaultInspector(store, with: .keyFile()).inspect()
            let findings = try await store.examine() + inspection.findings
            try await store.close()
            return findings
        } catch {
            return [Finding(.fatal, "vault.db", "\(error)")]
        }
    }

    @Test func `every table of the schema is sealed, with the columns that the vault knows`() async throws {
        let (file, tables) = try await Self.filled()
        #expect(Set(tables.keys) == Set(SealedTable.all.map(\.name)))
        for table in SealedTable.all {
            #expect(tables[table.name] == table.columns + ["sealed"], "\(table.name)")
            #expect(
                try sqlite(file.path, "SELECT count(*) > 0 FROM \(table.name)").output == "1\n",
                "\(table.name) is empty")
        }
        #expect(try await findings(file, "UPDATE app SET sealed = sealed") == [])
    }

    @Test func `rows that belong to no app are counted once each`() async throws {
        let (file, _) = try await Self.filled()
        let copy = try FileVault(files: ["vault.db": contents(file.path)])
        #expect(try sqlite(copy.path, "PRAGMA foreign_keys = OFF; DELETE FROM app").status == 0)
        let store = try SQLiteStore.open(at: copy.path)
        let found = try await store.examine().filter { $0.detail.contains("refers to a missing row") }
        try await store.close()
        let wanted = try sqlite(copy.path, "PRAGMA foreign_key_check").output.split(separator: "\n").count
        #expect(found.count > 3 && found.count == wanted)
    }

    @Test func `any change to a row is named`() async throws {
        let (file, tables) = try await Self.filled()
        var tried = 0
        for (table, columns) in tables {
            let id = columns[0]
            let row = "WHERE \(id) = (SELECT min(\(id)) FROM \(table))"
            for column in columns {
                let values =
                    column == "sealed"
                    ? [
                        "sealed || x'00'",
                        "(SELECT sealed FROM \(table) WHERE \(id) = (SELECT max(\(id)) FROM \(table)))",
                    ] : ["\(column) || 'x'", "\(column) + 1", "NULL"]
                for value in values {
                    // What is a value already is not changed to it; what the schema does not let be is refused.
                    let change = "UPDATE \(table) SET \(column) = \(value) \(row) AND \(column) IS NOT \(value)"
                    guard let found = try await findings(file, change) else { continue }
                    tried += 1
                    #expect(!found.isEmpty, "\(table).\(column) = \(value) went unnoticed")
                }
            }
        }
        #expect(tried > tables.count * 2, "hardly a change was possible")
    }

    @Test func `a row that counts is missed when it is deleted, and when it is put back`() async throws {
        let (file, _) = try await Self.filled()
        for table in SealedTable.counted {
            let found = try await findings(file, "DELETE FROM \(table.name)")
            #expect(found?.contains { $0.severity == .fatal } == true, "\(table.name)")
        }
        // A client that was removed, put back from an older copy.
        let old = try sqlite(
            file.path, "SELECT quote(name_index) || ', ' || quote(sealed) FROM client WHERE id = 'id-of-client-1'"
        ).output
        let (store, vault) = try await file.open()
        try await vault.removeClient(.test("client-1"))
        try await store.close()
        let found = try await findings(file, "INSERT INTO client VALUES ('id-of-client-1', \(old))")
        #expect(found?.contains { $0.detail.contains("added") } == true)
    }
}
