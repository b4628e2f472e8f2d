import Domain
import Synchronization
import Vault

/// The rows of a vault that is being made, until they are written in the transaction that makes the tables.
final class PendingRows: SealedStore {
    fileprivate typealias Rows = [SealedTable: [String: SealedRow]]
    private let rows = Mutex(Rows())

    /// Puts them in the order of the tables: an app comes before the rows that belong to it.
    func replay(to transaction: any StoreTransaction) throws {
        let rows = rows.withLock { $0 }
        for table in SealedTable.all { for row in rows[table, default: [:]].values { try transaction.put(row) } }
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result {
        try rows.withLock { try body(Pending($0)) }
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result,
        committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result {
        let result = try rows.withLock { rows in
            let transaction = Pending(rows)
            let result = try body(transaction)
            rows = transaction.rows
            return result
        }
        committed(result)
        return result
    }

    func close() async throws {}
}

private final class Pending: StoreTransaction {
    private(set) var rows: PendingRows.Rows

    init(_ rows: PendingRows.Rows) { self.rows = rows }

    private func sorted(_ table: SealedTable) -> [SealedRow] {
        rows[table, default: [:]].values.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
    }

    func forEachRow(in table: SealedTable, _ body: (SealedRow) throws -> Void) throws {
        for row in sorted(table) { try body(row) }
    }

    func forEachRow(
        in table: SealedTable, where column: String, is text: String, _ body: (SealedRow) throws -> Void
    ) throws {
        guard let column = table.columns.firstIndex(of: column) else {
            throw StoreError(.library, "\(table.name) has no column \(column)")
        }
        for row in sorted(table) where row.cells[column] == .text(text) { try body(row) }
    }

    func forEachRow(in table: SealedTable, after id: String, limit: Int, _ body: (SealedRow) throws -> Void) throws {
        let later = sorted(table).filter { id.utf8.lexicographicallyPrecedes($0.id.utf8) }
        for row in later.prefix(limit) { try body(row) }
    }

    func row(in table: SealedTable, id: String) throws -> SealedRow? { rows[table]?[id] }

    func openRow(in table: SealedTable, ofApp app: String) throws -> SealedRow? {
        guard let state = table.columns.firstIndex(of: "state"), let owner = table.columns.firstIndex(of: "app") else {
            return nil
        }
        return sorted(table).first { row in
            row.cells[owner] == .text(app) && !table.finalStates.contains { row.cells[state] == .text($0) }
        }
    }

    func put(_ row: SealedRow) throws { rows[row.table, default: [:]][row.id] = row }
    func remove(from table: SealedTable, id: String) throws -> Bool { rows[table]?.removeValue(forKey: id) != nil }
}
