import PostgreSQLTestSupport
import TestSupport
import Testing
import Vault

@testable import VaultPostgreSQL

/// A vault in a database of its own.
struct DatabaseVault {
    let cluster: PostgreSQLCluster
    let database: String

    /// - Parameter fill: writes the first rows.
    init(
        _ cluster: PostgreSQLCluster? = nil, filledBy fill: (any SealedStore) async throws -> Void = { _ in }
    ) async throws {
        self.cluster = try cluster ?? PostgreSQLCluster.shared.get()
        database = try self.cluster.makeDatabase()
        try await PostgreSQLStore.create(at: PostgreSQLLocation(self.cluster.url(database)), filledBy: fill)
    }

    /// Opens it over the Unix socket.
    func open(_ limits: PostgreSQLLimits = PostgreSQLLimits()) async throws -> PostgreSQLStore {
        try await PostgreSQLStore.open(at: PostgreSQLLocation(cluster.url(database)), limits: limits)
    }

    /// Opens it through a relay.
    func open(through relay: Relay, _ limits: PostgreSQLLimits = .short) async throws -> PostgreSQLStore {
        try await PostgreSQLStore.open(
            at: PostgreSQLLocation(cluster.loopback(database, port: relay.port)), limits: limits)
    }

    @discardableResult func sql(_ sql: String) throws -> String { try cluster.sql(sql, in: database) }

    /// Ends all sessions of the database but this one.
    func endSessions() throws {
        try sql(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    }

    /// How many sessions of the database are in this state.
    func sessions(_ condition: String) throws -> Int {
        let count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND \(condition)"
        return Int(try sql(count)) ?? 0
    }

    var apps: String { get throws { try sql("SELECT string_agg(id, ',' ORDER BY id) FROM keyturn.app") } }
}

extension PostgreSQLLimits {
    /// For tests in which a limit is reached.
    static var short: PostgreSQLLimits {
        var limits = PostgreSQLLimits()
        limits.lock = .milliseconds(300)
        limits.answer = .seconds(2)
        limits.connect = .seconds(2)
        limits.pause = .zero
        return limits
    }
}

extension SealedStore {
    /// Puts rows as one commit of the history.
    func put(_ rows: SealedRow..., committed: @escaping @Sendable () -> Void = {}) async throws {
        try await write { transaction in
            for row in rows + [.link()] { try transaction.put(row) }
        } committed: {
            committed()
        }
    }

    func ids(in table: SealedTable) async throws -> [String] {
        try await read { transaction in
            var ids: [String] = []
            try transaction.forEachRow(in: table) { ids.append($0.id) }
            return ids
        }
    }
}

extension SealedRow {
    static func app(_ id: String, _ sealed: [UInt8] = [1]) -> SealedRow {
        SealedRow(table: .app, cells: [.text(id), .text(id), .text(id)], sealed: sealed)
    }

    /// A link of the history that is like no other.
    static func link() -> SealedRow {
        let head = (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }.joined()
        return SealedRow(table: .history, cells: [.text(head), .text(head)], sealed: [1])
    }
}

/// Expects an error of a store, and returns it.
func storeError(_ body: () async throws -> Void) async throws -> StoreError {
    do { try await body() } catch let error as StoreError { return error }
    Issue.record("nothing failed")
    throw WaitedForError()
}

struct WaitedForError: Error {}
