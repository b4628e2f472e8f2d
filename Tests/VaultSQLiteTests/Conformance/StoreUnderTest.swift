import PostgreSQLTestSupport
import TestSupport
import Vault
import VaultPostgreSQL
import VaultSQLite

/// Every store there is. A new one is added here, and has then to pass the whole suite.
enum StoreUnderTest: String, CaseIterable {
    case memory, sqlite, postgresql

    /// An empty store, and where it lives.
    func make() async throws -> Bench {
        switch self {
        case .memory: return Bench(store: MemoryStore(), directory: nil)
        case .postgresql:
            let cluster = try PostgreSQLCluster.shared.get()
            let location = try PostgreSQLLocation(cluster.url(try cluster.makeDatabase()))
            try await PostgreSQLStore.create(at: location) { _ in }
            return Bench(store: try await PostgreSQLStore.open(at: location), location: location)
        case .sqlite:
            let directory = try TemporaryDirectory(untilExit: true)
            try await SQLiteStore.create(at: directory.file("vault.db")) { _ in }
            return Bench(store: try SQLiteStore.open(at: directory.file("vault.db")), directory: directory)
        }
    }
}

struct Bench {
    let store: any SealedStore
    var directory: TemporaryDirectory?
    var location: PostgreSQLLocation?

    /// The store as the next process finds it.
    func reopened() async throws -> Bench {
        if let memory = store as? MemoryStore {
            try await memory.close()
            return Bench(store: memory.reopened(), directory: nil)
        }
        try await store.close()
        if let location { return Bench(store: try await PostgreSQLStore.open(at: location), location: location) }
        guard let directory else { throw StoreError(.missing, "no directory") }
        return Bench(store: try SQLiteStore.open(at: directory.file("vault.db")), directory: directory)
    }
}

extension SealedStore {
    func put(_ rows: SealedRow...) async throws {
        try await write { transaction in
            for row in rows { try transaction.put(row) }
        } committed: {
        }
    }

    func rows(of table: SealedTable) async throws -> [SealedRow] {
        try await read { transaction in
            var rows: [SealedRow] = []
            try transaction.forEachRow(in: table) { rows.append($0) }
            return rows
        }
    }
}

extension SealedRow {
    /// A row of the app table, whose index is its id's unless it is given.
    static func app(_ id: String, _ sealed: [UInt8] = [1], index: String? = nil) -> SealedRow {
        SealedRow(table: .app, cells: [.text(id), .text(index ?? id), .text(index ?? id)], sealed: sealed)
    }

    /// One that holds a number.
    static func app(_ id: String, _ number: Int) -> SealedRow { .app(id, Array("\(number)".utf8)) }

    static func pushTarget(_ id: String, of app: String, place: String) -> SealedRow {
        SealedRow(table: .pushTarget, cells: [.text(id), .text(app), .text(id), .text(place)], sealed: [1])
    }

    static func rotation(_ id: String, of app: String, _ state: String, _ sealed: [UInt8] = [1]) -> SealedRow {
        SealedRow(table: .rotation, cells: [.text(id), .text(app), .text(state), .null], sealed: sealed)
    }

    static func keySlot(_ id: String, kind: String) -> SealedRow {
        SealedRow(table: .keySlot, cells: [.text(id), .text(kind)], sealed: [1])
    }

    /// The number that it holds; 0 when it holds none.
    var number: Int { Int(String(decoding: sealed, as: UTF8.self)) ?? 0 }
}
