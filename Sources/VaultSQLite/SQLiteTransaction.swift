import Vault

/// The rows of a vault within one SQLite transaction. The statements are made from the tables' descriptions; no text of
/// a caller becomes part of one.
struct SQLiteTransaction: StoreTransaction {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func forEachRow(in table: SealedTable, _ body: (SealedRow) throws -> Void) throws {
        try forEachRow(in: table, "ORDER BY \(table.columns[0])", [], body)
    }

    func forEachRow(
        in table: SealedTable, where column: String, is text: String, _ body: (SealedRow) throws -> Void
    ) throws {
        guard table.columns.contains(column) else {
            throw StoreError(.library, "\(table.name) has no column \(column)")
        }
        try forEachRow(in: table, "WHERE \(column) = ? ORDER BY \(table.columns[0])", [.text(text)], body)
    }

    func forEachRow(in table: SealedTable, after id: String, limit: Int, _ body: (SealedRow) throws -> Void) throws {
        let key = table.columns[0]
        try forEachRow(in: table, "WHERE \(key) > ? ORDER BY \(key) LIMIT ?", [.text(id), .integer(limit)], body)
    }

    private func forEachRow(
        in table: SealedTable, _ selection: String, _ values: [SQLiteValue], _ body: (SealedRow) throws -> Void
    ) throws {
        let rows = try connection.prepare("SELECT \(table.list) FROM \(table.name) \(selection)", values)
        while try rows.step() { try body(SealedRow(rows, of: table)) }
    }

    func row(in table: SealedTable, id: String) throws -> SealedRow? {
        let rows = try connection.prepare(
            "SELECT \(table.list) FROM \(table.name) WHERE \(table.columns[0]) = ?", [.text(id)])
        return try rows.step() ? SealedRow(rows, of: table) : nil
    }

    func openRow(in table: SealedTable, ofApp app: String) throws -> SealedRow? {
        let rows = try connection.prepare(Self.openRow(of: table), [.text(app)])
        return try rows.step() ? SealedRow(rows, of: table) : nil
    }

    /// In the words of the partial index, which SQLite uses for no others.
    static func openRow(of table: SealedTable) -> String {
        let states = table.finalStates.map { "'\($0)'" }.joined(separator: ", ")
        return "SELECT \(table.list) FROM \(table.name) WHERE app = ? AND state NOT IN (\(states))"
    }

    func put(_ row: SealedRow) throws {
        let columns = row.table.columns
        let changes = (columns.dropFirst() + ["sealed"]).map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        try connection.run(
            """
            INSERT INTO \(row.table.name) (\(row.table.list)) VALUES (\(columns.map { _ in "?, " }.joined())?)
            ON CONFLICT (\(columns[0])) DO UPDATE SET \(changes)
            """, row.cells.map(SQLiteValue.init) + [.blob(row.sealed)])
    }

    func remove(from table: SealedTable, id: String) throws -> Bool {
        try connection.run("DELETE FROM \(table.name) WHERE \(table.columns[0]) = ?", [.text(id)])
        return connection.changes > 0
    }
}

extension SealedTable {
    fileprivate var list: String { (columns + ["sealed"]).joined(separator: ", ") }
}

extension SQLiteValue {
    fileprivate init(_ cell: Cell) {
        self =
            switch cell {
            case .text(let text): .text(text)
            case .integer(let number): .integer(number)
            case .null: .null
            }
    }

    fileprivate var cell: Cell {
        switch self {
        case .text(let text): .text(text)
        case .integer(let number): .integer(number)
        case .blob, .null: .null
        }
    }
}

extension SealedRow {
    /// A damaged page can hold any type in any column, whatever the schema says.
    fileprivate init(_ row: borrowing Statement, of table: SealedTable) throws {
        guard case .blob(let sealed) = try row.value(table.columns.count) else {
            throw StoreError(.damaged, "a row of \(table.name) has no sealed part")
        }
        var cells: [Cell] = []
        for column in table.columns.indices { cells.append(try row.value(column).cell) }
        self.init(table: table, cells: cells, sealed: sealed)
    }
}
