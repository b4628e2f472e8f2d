import Synchronization
package import Vault

/// The store's contract, kept in memory: transactions that are undone when they throw, one commit after the other, and
/// a disk that can be told to fail.
package final class MemoryStore: SealedStore {
    fileprivate typealias Rows = [SealedTable: [RowKey: SealedRow]]

    private struct State {
        var rows: Rows = [:]
        var isClosed = false
        var failure: StoreError?
        var commits = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// What every commit meets from now on; `nil` heals the disk.
    package func failCommits(with failure: StoreError?) { state.withLock { $0.failure = failure } }

    /// How many commits there were.
    package var commits: Int { state.withLock { $0.commits } }

    /// A store that holds what this one committed, as after a restart.
    package func reopened() -> MemoryStore {
        let rows = state.withLock { $0.rows }
        let store = MemoryStore()
        store.state.withLock { $0.rows = rows }
        return store
    }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result {
        try state.withLock { state in
            guard !state.isClosed else { throw Self.closed }
            return try body(MemoryTransaction(state.rows, mayWrite: false))
        }
    }

    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result,
        committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result {
        try state.withLock { state in
            guard !state.isClosed else { throw Self.closed }
            let transaction = MemoryTransaction(state.rows, mayWrite: true)
            let result = try body(transaction)
            if let failure = state.failure { throw failure }
            state.rows = transaction.rows
            state.commits += 1
            committed(result)
            return result
        }
    }

    package func close() async throws { state.withLock { $0.isClosed = true } }

    private static var closed: StoreError { StoreError(.closed, "the vault was closed") }
}

/// An id by its bytes: texts that only look alike are different ids, and order is the order of the bytes.
private struct RowKey: Hashable, Comparable {
    let bytes: [UInt8]

    init(_ id: String) { bytes = Array(id.utf8) }

    static func < (one: RowKey, other: RowKey) -> Bool { one.bytes.lexicographicallyPrecedes(other.bytes) }
}

private final class MemoryTransaction: StoreTransaction {
    private(set) var rows: MemoryStore.Rows
    private let mayWrite: Bool

    init(_ rows: MemoryStore.Rows, mayWrite: Bool) {
        self.rows = rows
        self.mayWrite = mayWrite
    }

    func forEachRow(in table: SealedTable, _ body: (SealedRow) throws -> Void) throws {
        for (_, row) in (rows[table] ?? [:]).sorted(by: { $0.key < $1.key }) { try body(row) }
    }

    func forEachRow(
        in table: SealedTable, where column: String, is text: String, _ body: (SealedRow) throws -> Void
    ) throws {
        guard let column = table.columns.firstIndex(of: column) else {
            throw StoreError(.library, "\(table.name) has no column \(column)")
        }
        let found = (rows[table] ?? [:]).filter { _, row in
            if case .text(let found) = row.cells[column] { RowKey(found) == RowKey(text) } else { false }
        }
        for (_, row) in found.sorted(by: { $0.key < $1.key }) { try body(row) }
    }

    func forEachRow(in table: SealedTable, after id: String, limit: Int, _ body: (SealedRow) throws -> Void) throws {
        let after = (rows[table] ?? [:]).filter { $0.key > RowKey(id) }.sorted { $0.key < $1.key }
        for (_, row) in after.prefix(limit) { try body(row) }
    }

    func row(in table: SealedTable, id: String) throws -> SealedRow? { rows[table]?[RowKey(id)] }

    func openRow(in table: SealedTable, ofApp app: String) throws -> SealedRow? {
        var found: SealedRow?
        try forEachRow(in: table, where: "app", is: app) { if !$0.isFinal { found = $0 } }
        return found
    }

    func put(_ row: SealedRow) throws {
        try checkWrite()
        try checkStates(row)
        for name in row.table.unique {
            guard let column = row.table.columns.firstIndex(of: name), case .text(let text) = row.cells[column] else {
                continue
            }
            try forEachRow(in: row.table, where: name, is: text) { other in
                if RowKey(other.id) != RowKey(row.id) { throw StoreError(.library, "\(name) is not unique") }
            }
        }
        rows[row.table, default: [:]][RowKey(row.id)] = row
    }

    func remove(from table: SealedTable, id: String) throws -> Bool {
        try checkWrite()
        return rows[table]?.removeValue(forKey: RowKey(id)) != nil
    }

    private func checkStates(_ row: SealedRow) throws {
        guard !row.table.finalStates.isEmpty else { return }
        if let old = rows[row.table]?[RowKey(row.id)], old.isFinal, old.cells[2] != row.cells[2] {
            throw StoreError(.library, "a row of \(row.table.name) that has ended does not continue")
        }
        guard !row.isFinal, case .text(let app) = row.cells[1] else { return }
        if let open = try openRow(in: row.table, ofApp: app), RowKey(open.id) != RowKey(row.id) {
            throw StoreError(.library, "the app has another open row in \(row.table.name)")
        }
    }

    private func checkWrite() throws {
        guard mayWrite else { throw StoreError(.library, "a change within a read") }
    }
}

extension SealedRow {
    fileprivate var isFinal: Bool {
        guard let column = table.columns.firstIndex(of: "state"), case .text(let state) = cells[column] else {
            return false
        }
        return table.finalStates.contains(state)
    }
}
