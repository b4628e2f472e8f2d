import CSQLite
import TestSupport
import Testing
import Vault

@testable import VaultSQLite

/// The layer over SQLite's C API.
@Suite struct ConnectionTests {
    private struct Stopped: Error {}

    private let connection: Connection

    init() throws {
        connection = try Connection.inMemory()
        try connection.execute("CREATE TABLE t (id TEXT PRIMARY KEY, number INTEGER) STRICT")
    }

    private func insert(_ id: String, _ number: Int) throws {
        try connection.run("INSERT INTO t VALUES (?, ?)", [.text(id), .integer(number)])
    }

    private func ids() throws -> [String] { try connection.texts("SELECT id FROM t ORDER BY id") }

    @Test func `values come back as they were`() throws {
        let values: [SQLiteValue] = [
            .null, .text(""), .text("a\0b"), .text("é\u{1F511}"), .integer(.min), .integer(.max), .blob([]),
            .blob([0, 1]),
        ]
        let row = try connection.prepare("SELECT " + values.map { _ in "?" }.joined(separator: ", "), values)
        #expect(try row.step())
        for (column, value) in values.enumerated() { #expect(try row.value(column) == value) }
        #expect(try !row.step())
    }

    @Test func `a failure has the extended code and SQLite's words, and the statement can be used again`() throws {
        try insert("a", 1)
        let error = #expect(throws: SQLiteError.self) { try insert("a", 2) }
        #expect(error?.code == 1555 && error?.kind == 19, "SQLITE_CONSTRAINT_PRIMARYKEY")
        #expect(error?.message == "UNIQUE constraint failed: t.id")
        try insert("b", 2)
        #expect(try ids() == ["a", "b"])
    }

    @Test func `a statement that is not to its end does not disturb another with the same text`() throws {
        for id in ["a", "b", "c"] { try insert(id, 0) }
        var pairs: [String] = []
        let outer = try connection.prepare("SELECT id FROM t ORDER BY id")
        while try outer.step() { pairs += try ids().map { outer.text(0) + $0 } }
        #expect(pairs == ["aa", "ab", "ac", "ba", "bb", "bc", "ca", "cb", "cc"])
    }

    @Test func `a transaction that throws leaves nothing, and the next one can begin`() throws {
        #expect(throws: Stopped.self) {
            try connection.transaction(.immediate) {
                try insert("a", 1)
                throw Stopped()
            }
        }
        #expect(try ids().isEmpty)
        try connection.transaction(.immediate) { try insert("b", 1) }
        #expect(try ids() == ["b"])
    }

    @Test func `values in another number than there are places are refused`() throws {
        #expect(throws: SQLiteError.self) { try connection.run("INSERT INTO t VALUES (?, ?)", [.text("a")]) }
        #expect(throws: SQLiteError.self) { try connection.run("DELETE FROM t", [.text("a")]) }
        #expect(try ids().isEmpty)
    }

    @Test func `a connection that was closed says so`() throws {
        _ = try ids()
        try connection.close()
        try connection.close()
        #expect(throws: SQLiteError.self) { try ids() }
        #expect(throws: SQLiteError.self) { try connection.execute("SELECT 1") }
        #expect(throws: SQLiteError.self) { try connection.checkpoint() }
    }

    @Test func `a connection that may only read changes nothing, and one opens only what is there`() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: SQLiteError.self) { _ = try Connection(path: directory.file("none")) }
        #expect(try directory.names == [])
        try sqlite(directory.file("db"), "CREATE TABLE t (id)")
        let reader = try Connection(path: directory.file("db"), .readOnly)
        let error = #expect(throws: SQLiteError.self) { try reader.execute("INSERT INTO t VALUES (1)") }
        #expect(error?.kind == 8, "SQLITE_READONLY")
    }

    /// As a collection has it that keeps nothing: Swift's own arrays have an address even when they are empty.
    @Test func `an empty blob or text without an address is no NULL`() throws {
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        try #require(unsafe sqlite3_open_v2(":memory:", &handle, flags, nil) == SQLITE_OK)
        defer { unsafe sqlite3_close_v2(handle) }
        var statement: OpaquePointer?
        try #require(
            unsafe sqlite3_prepare_v2(handle, "SELECT typeof(?) || typeof(?)", -1, &statement, nil) == SQLITE_OK)
        defer { unsafe sqlite3_finalize(statement) }
        #expect(unsafe keyturn_sqlite_bind_blob(statement, 1, nil, 0) == SQLITE_OK)
        #expect(unsafe keyturn_sqlite_bind_text(statement, 2, nil, 0) == SQLITE_OK)
        try #require(unsafe sqlite3_step(statement) == SQLITE_ROW)
        #expect(unsafe sqlite3_column_text(statement, 0).map { unsafe String(cString: $0) } == "blobtext")
    }
}
