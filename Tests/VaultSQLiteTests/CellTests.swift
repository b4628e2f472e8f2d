import Testing

@testable import Vault
@testable import VaultSQLite

/// Cells that no table of today has room for.
@Suite struct CellTests {
    @Test func `NULL and the values that could be taken for it are told apart`() throws {
        let table = SealedTable("sample", ["id", "number", "words"])
        let connection = try Connection.inMemory()
        try connection.execute(
            "CREATE TABLE sample (id TEXT PRIMARY KEY, number INTEGER, words TEXT, sealed BLOB) STRICT")
        let rows = [
            SealedRow(table: table, cells: [.text("a"), .null, .null], sealed: []),
            SealedRow(table: table, cells: [.text("b"), .integer(0), .text("")], sealed: [0]),
            SealedRow(table: table, cells: [.text("c"), .null, .text("NULL")], sealed: [1]),
            SealedRow(table: table, cells: [.text("d"), .integer(.min), .null], sealed: [2]),
        ]
        let transaction = SQLiteTransaction(connection)
        for row in rows { try transaction.put(row) }
        var found: [SealedRow] = []
        try transaction.forEachRow(in: table) { found.append($0) }
        #expect(found == rows)
    }
}
