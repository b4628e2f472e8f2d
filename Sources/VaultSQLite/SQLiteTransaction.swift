import FoundationEssentials
import GRDB
import Vault

/// The rows of a vault, within one transaction of SQLite. The statements are made from the tables' descriptions;
/// no text of a caller's becomes part of one.
struct SQLiteTransaction: StoreTransaction {
    private let connection: Database

    init(_ connection: Database) { self.connection = connection }

    func forEachRow(in table: SealedTable, _ body: (SealedRow) throws -> Void) throws {
        let statement = try connection.cachedStatement(
            sql: "SELECT \(table.list), sealed FROM \(table.name) ORDER BY \(table.columns[0])")
        let rows = try Row.fetchCursor(statement)
        while let row = try rows.next() { try body(try SealedRow(row, of: table)) }
    }

    func forEachRow(in table: SealedTable, ofApp app: String, _ body: (SealedRow) throws -> Void) throws {
        let statement = try connection.cachedStatement(
            sql: "SELECT \(table.list), sealed FROM \(table.name) WHERE app = ? ORDER BY \(table.columns[0])")
        let rows = try Row.fetchCursor(statement, arguments: [app])
        while let row = try rows.next() { try body(SealedRow(row, of: table)) }
    }

    func forEachRow(in table: SealedTable, after id: String, limit: Int, _ body: (SealedRow) throws -> Void) throws {
        let key = table.columns[0]
        let statement = try connection.cachedStatement(
            sql: "SELECT \(table.list), sealed FROM \(table.name) WHERE \(key) > ? ORDER BY \(key) LIMIT ?")
        let rows = try Row.fetchCursor(statement, arguments: [id, limit])
        while let row = try rows.next() { try body(SealedRow(row, of: table)) }
    }

    func row(in table: SealedTable, id: String) throws -> SealedRow? {
        let statement = try connection.cachedStatement(
            sql: "SELECT \(table.list), sealed FROM \(table.name) WHERE \(table.columns[0]) = ?")
        return try Row.fetchOne(statement, arguments: [id]).map { try SealedRow($0, of: table) }
    }

    func put(_ row: SealedRow) throws {
        let columns = row.table.columns + ["sealed"]
        let statement = try connection.cachedStatement(
            sql: """
                INSERT INTO \(row.table.name) (\(columns.joined(separator: ", ")))
                VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
                ON CONFLICT (\(columns[0])) DO UPDATE SET
                \(columns.dropFirst().map { "\($0) = excluded.\($0)" }.joined(separator: ", "))
                """)
        try statement.execute(arguments: StatementArguments(row.cells.map(\.value) + [Data(row.sealed)]))
    }

    func remove(from table: SealedTable, id: String) throws -> Bool {
        let statement = try connection.cachedStatement(
            sql: "DELETE FROM \(table.name) WHERE \(table.columns[0]) = ?")
        try statement.execute(arguments: [id])
        return connection.changesCount > 0
    }
}

extension SealedTable {
    fileprivate var list: String { columns.joined(separator: ", ") }
}

extension Cell {
    fileprivate var value: (any DatabaseValueConvertible)? {
        switch self {
        case .text(let text): text
        case .integer(let number): number
        case .null: nil
        }
    }

    fileprivate init(_ value: DatabaseValue) {
        switch value.storage {
        case .string(let text): self = .text(text)
        case .int64(let number): self = .integer(Int(number))
        default: self = .null
        }
    }
}

extension SealedRow {
    /// A damaged page can hold any type in any column, whatever the schema says.
    fileprivate init(_ row: Row, of table: SealedTable) throws(StoreError) {
        let count = table.columns.count
        guard case .blob(let sealed) = (row[count] as DatabaseValue).storage else {
            throw StoreError(.damaged, "a row of \(table.name) has no sealed part")
        }
        self.init(
            table: table, cells: (0..<count).map { Cell(row[$0] as DatabaseValue) }, sealed: [UInt8](sealed))
    }
}
