import Domain
import Envelope
import Glibc
import SecretMemory
import Synchronization
import Vault
import VaultSQLite

/// Makes the vault in memory, app by app as the daemon does, and writes all its rows in one commit: 100,000 apps are a
/// matter of seconds.
func fill(_ path: String, keyFile: String, apps: Int) async throws {
    let rows = RowPile()
    try await Vault.create(in: rows, unlockKeys: [UnlockKey(.keyFile(try contents(of: keyFile)))])
    let vault = try await Vault.open(rows, with: UnlockKey(.keyFile(try contents(of: keyFile))), time: SystemTime())
    let now = SystemTime().now.wall
    for number in 0..<apps {
        let digits = String(number)
        let padded = String(repeating: "0", count: max(6 - digits.count, 0)) + digits
        // Zoom's identifiers and secrets are about so long.
        let app = App(
            id: "00000000000000000000000000" + padded, name: try name("app-" + padded),
            accountID: "account-id-0000" + padded, clientID: "client-id-00000" + padded,
            marketplaceAppID: "marketplace-000" + padded, environment: .commercial, createdAt: now)
        try await vault.add(
            app, clientSecret: SecretBox(SecretBytes(copying: "a-secret-of-32-characters-" + padded)))
    }
    try await vault.add(
        Client(
            id: "00000000000000000000000000000000", name: try name("bench"),
            selectors: Selectors(uid: getuid(), user: nil, gid: nil),
            grants: [Grant(target: .any, permissions: [.credentials, .token])], createdAt: now))
    try await SQLiteStore.create(at: path) { store in
        try await store.write { transaction in
            try rows.forEach { try transaction.put($0) }
        } committed: {
        }
    }
}

private func name(_ text: String) throws -> Name {
    guard let name = Name(text) else { throw BenchError("'\(text)' is no name") }
    return name
}

private func contents(of path: String) throws -> SecretBytes {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw BenchError("cannot read \(path)") }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe read(descriptor, &bytes, bytes.count)
    guard count > 0 else { throw BenchError("cannot read \(path)") }
    return SecretBytes(copying: unsafe bytes.span.bytes.extracting(first: count))
}

struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Rows in memory. Nothing is undone and nothing is durable: it lasts for one filling, by one task.
private final class RowPile: SealedStore {
    fileprivate typealias Rows = [SealedTable: [String: SealedRow]]

    private let rows = Mutex(Rows())

    /// In the order of the tables: an app comes before the rows that belong to it.
    func forEach(_ body: (SealedRow) throws -> Void) rethrows {
        let rows = rows.withLock { $0 }
        for table in SealedTable.all { for row in rows[table, default: [:]].values { try body(row) } }
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result {
        try rows.withLock { rows in try run(body, &rows) }
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result,
        committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result {
        let result = try rows.withLock { rows in try run(body, &rows) }
        committed(result)
        return result
    }

    /// Moves the rows into the transaction and back, so that they are never copied.
    private func run<Result>(_ body: (any StoreTransaction) throws -> Result, _ rows: inout Rows) throws -> Result {
        let transaction = PileTransaction(rows)
        rows = [:]
        defer { rows = transaction.rows }
        return try body(transaction)
    }

    func close() async throws {}
}

private final class PileTransaction: StoreTransaction {
    private(set) var rows: RowPile.Rows

    init(_ rows: RowPile.Rows) { self.rows = rows }

    func forEachRow(in table: SealedTable, _ body: (SealedRow) throws -> Void) throws {
        for row in rows[table, default: [:]].values { try body(row) }
    }

    func forEachRow(in table: SealedTable, after id: String, limit: Int, _ body: (SealedRow) throws -> Void) throws {
        for (_, row) in rows[table, default: [:]].filter({ $0.key > id }).sorted(by: { $0.key < $1.key }).prefix(limit)
        {
            try body(row)
        }
    }

    /// Nothing is filled in twice: no name is found.
    func forEachRow(
        in table: SealedTable, where column: String, is text: String, _ body: (SealedRow) throws -> Void
    ) throws {
        guard let column = table.columns.firstIndex(of: column), !table.unique.contains(table.columns[column]) else {
            return
        }
        try forEachRow(in: table) { row in if row.cells[column] == .text(text) { try body(row) } }
    }

    func row(in table: SealedTable, id: String) throws -> SealedRow? { rows[table]?[id] }
    /// No rotation is filled in twice.
    func openRow(in table: SealedTable, ofApp app: String) throws -> SealedRow? { nil }
    func put(_ row: SealedRow) throws { rows[row.table, default: [:]][row.id] = row }
    func remove(from table: SealedTable, id: String) throws -> Bool { rows[table]?.removeValue(forKey: id) != nil }
}
