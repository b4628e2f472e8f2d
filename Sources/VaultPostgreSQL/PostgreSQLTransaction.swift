import Vault

/// The rows of a vault within one transaction of PostgreSQL. The statements are made from the tables' descriptions; no text of a
/// caller becomes part of one.
final class PostgreSQLTransaction: StoreTransaction {
    private let connection: PostgreSQLConnection
    private let mayWrite: Bool
    /// By what the commit is found later; `nil` until its link of the history was put.
    private(set) var mark: CommitMark?

    /// Rows are read in parts of this size, so that a large table needs little memory, no part takes long, and `body` may use
    /// the connection meanwhile.
    private static let part = 1000

    init(_ connection: PostgreSQLConnection, mayWrite: Bool) {
        self.connection = connection
        self.mayWrite = mayWrite
    }

    func forEachRow(in table: SealedTable, _ body: (SealedRow) throws -> Void) throws {
        try forEachRow(in: table, [], [], after: nil, limit: .max, body)
    }

    func forEachRow(
        in table: SealedTable, where column: String, is text: String, _ body: (SealedRow) throws -> Void
    ) throws {
        guard table.columns.contains(column) else {
            throw StoreError(.library, "\(table.name) has no column \(column)")
        }
        try forEachRow(in: table, ["\"\(column)\" = $1"], [.text(text)], after: nil, limit: .max, body)
    }

    func forEachRow(in table: SealedTable, after id: String, limit: Int, _ body: (SealedRow) throws -> Void) throws {
        try forEachRow(in: table, [], [], after: id, limit: limit, body)
    }

    private func forEachRow(
        in table: SealedTable, _ conditions: [String], _ values: [PostgreSQLValue], after start: String?, limit: Int,
        _ body: (SealedRow) throws -> Void
    ) throws {
        var (last, left) = (start, limit)
        while left > 0 {
            let size = min(left, Self.part)
            var (conditions, values) = (conditions, values)
            if let last {
                values.append(.text(last))
                conditions.append("\(table.key) > $\(values.count)")
            }
            values.append(.integer(size))
            let selection = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND ")) "
            let rows = try self.rows(
                in: table, "\(selection)ORDER BY \(table.key) LIMIT $\(values.count)", values)
            for row in rows { try body(row) }
            guard rows.count == size else { return }
            left -= size
            last = rows.last?.id
        }
    }

    private func rows(
        in table: SealedTable, _ selection: String, _ values: [PostgreSQLValue]
    ) throws(PostgreSQLFailure) -> [SealedRow] {
        try connection.run("SELECT \(table.list) FROM \(table.place) \(selection)", values) {
            result throws(PostgreSQLFailure) in
            var rows: [SealedRow] = []
            for row in 0..<result.rows { rows.append(try SealedRow(result, row, of: table)) }
            return rows
        }
    }

    func row(in table: SealedTable, id: String) throws -> SealedRow? {
        try rows(in: table, "WHERE \(table.key) = $1", [.text(id)]).first
    }

    func openRow(in table: SealedTable, ofApp app: String) throws -> SealedRow? {
        // In the words of the partial index, so that it is used.
        let states = table.finalStates.map { "'\($0)'" }.joined(separator: ", ")
        return try rows(in: table, "WHERE app = $1 AND state NOT IN (\(states))", [.text(app)]).first
    }

    func put(_ row: SealedRow) throws {
        try checkWrite()
        if let mark = CommitMark(row) { self.mark = mark }
        let columns = row.table.columns + ["sealed"]
        let places = columns.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        let changes = columns.dropFirst().map { "\"\($0)\" = EXCLUDED.\"\($0)\"" }.joined(separator: ", ")
        try connection.run(
            """
            INSERT INTO \(row.table.place) (\(row.table.list)) VALUES (\(places)) \
            ON CONFLICT (\(row.table.key)) DO UPDATE SET \(changes)
            """, row.cells.map(PostgreSQLValue.init) + [.bytes(row.sealed)])
    }

    func remove(from table: SealedTable, id: String) throws -> Bool {
        try checkWrite()
        return try connection.run("DELETE FROM \(table.place) WHERE \(table.key) = $1", [.text(id)]) > 0
    }

    func set(_ standing: VaultStanding) throws {
        try checkWrite()
        try standing.save(on: connection)
    }

    /// Puts the rows in the place of all that are there.
    func replaceAll(by rows: any StoreTransaction) throws {
        // A row goes before the rows that it refers to.
        for table in SealedTable.all.reversed() { try removeAll(from: table) }
        try copyAll(of: rows)
    }

    func copyAll(of rows: any StoreTransaction) throws {
        for table in SealedTable.all { try rows.forEachRow(in: table) { try put($0) } }
    }

    func removeAll(from table: SealedTable) throws {
        try checkWrite()
        try connection.run("DELETE FROM \(table.place)")
    }

    private func checkWrite() throws(StoreError) {
        guard mayWrite else { throw StoreError(.library, "a change within a read") }
    }
}

extension SealedTable {
    fileprivate var place: String { "keyturn.\"\(name)\"" }
    fileprivate var key: String { "\"\(columns[0])\"" }
    fileprivate var list: String { (columns + ["sealed"]).map { "\"\($0)\"" }.joined(separator: ", ") }
}

extension PostgreSQLValue {
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
        case .bytes, .null: .null
        }
    }
}

extension SealedRow {
    fileprivate init(
        _ result: borrowing PostgreSQLResult, _ row: Int, of table: SealedTable
    ) throws(PostgreSQLFailure) {
        guard case .bytes(let sealed) = try result.value(row, table.columns.count) else {
            throw PostgreSQLFailure(.unexpected, "a row of \(table.name) has no sealed part")
        }
        var cells: [Cell] = []
        for column in table.columns.indices { cells.append(try result.value(row, column).cell) }
        self.init(table: table, cells: cells, sealed: sealed)
    }
}
