import Dispatch
package import Domain
import Synchronization
package import Vault

/// The vault's store in a database of PostgreSQL, 15 or later, which other hosts may use too.
///
/// Nothing lives in the server's session between two transactions: no setting, no prepared statement, no lock. So the connection
/// may lead through a pooler.
package final class PostgreSQLStore: SealedStore {
    private let session: Session
    private let isClosed = Atomic(false)
    /// libpq's answers are waited for on this queue instead of the cooperative threads. It is serial and so defines the order of
    /// commits.
    private let thread = DispatchQueue(label: "keyturn.postgresql")

    init(_ login: ServerLogin) { session = Session(login) }

    /// Makes the vault's tables in an existing database, and lets `fill` write the initial rows: all of it in one transaction, so
    /// that a killed process leaves no half-made vault. An existing vault is refused and not changed.
    package static func create(
        at location: PostgreSQLLocation, limits: PostgreSQLLimits = PostgreSQLLimits(),
        filledBy fill: (any SealedStore) async throws -> Void
    ) async throws {
        try await create(ServerLogin(location: location, limits: limits), filledBy: fill)
    }

    static func create(_ login: ServerLogin, filledBy fill: (any SealedStore) async throws -> Void) async throws {
        let store = PostgreSQLStore(login)
        let rows = PendingRows()
        do {
            try await fill(rows)
            try await store.onQueue { session in try Schema.make(with: session) { try rows.replay(to: $0) } }
        } catch {
            try? await store.close()
            throw error
        }
        try await store.close()
    }

    /// Opens the vault in a database.
    package static func open(
        at location: PostgreSQLLocation, limits: PostgreSQLLimits = PostgreSQLLimits()
    ) async throws -> PostgreSQLStore {
        try await open(ServerLogin(location: location, limits: limits))
    }

    static func open(_ login: ServerLogin) async throws -> PostgreSQLStore {
        let store = PostgreSQLStore(login)
        do { try await store.onQueue { try Schema.check(with: $0) } } catch {
            try? await store.close()
            throw error
        }
        return store
    }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result {
        try await onQueue { session in
            try session.clearDoubt()
            return try session.transaction(.read) { try body(PostgreSQLTransaction($0, mayWrite: false)) }
        }
    }

    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result,
        committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result {
        try await onQueue { session in
            try session.clearDoubt()
            let connection = try session.begin(.write, locking: CommitMark.lock)
            let transaction = PostgreSQLTransaction(connection, mayWrite: true)
            let result: Result
            do { result = try body(transaction) } catch {
                session.rollBack(connection)
                if let failure = error as? PostgreSQLFailure { throw StoreError(failure, at: connection.place) }
                throw error
            }
            try session.commit(connection, transaction.mark) { committed(result) }
            return result
        }
    }

    /// Finds out what became of the last commit, if its answer was lost. Each read and write does so first.
    /// - Returns: `.committed` also when there is no doubt.
    package func settle() async throws -> CommitFate { try await onQueue { $0.settle().fate } }

    /// A commit in doubt stays as it is: it may have been saved.
    package func close() async throws {
        try await onQueue { [self] session in
            isClosed.store(true, ordering: .relaxed)
            session.close()
        }
    }

    /// Runs `body` on the store's queue. A cancelled task waits as well: a commit cannot be cancelled.
    func onQueue<Result: Sendable>(_ body: @escaping @Sendable (Session) throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            thread.async { [self] in
                continuation.resume(
                    with: Swift.Result {
                        guard !isClosed.load(ordering: .relaxed) else {
                            throw StoreError(.closed, "the vault was closed")
                        }
                        return try body(session)
                    })
            }
        }
    }
}

extension PostgreSQLStore {
    package func acquireLease(
        _ name: String, holder: String, now: Timestamp, expiry: Timestamp
    ) async throws -> Int? {
        try await onQueue { session in
            try session.transaction(.plain) { connection in
                try connection.integer(
                    """
                    INSERT INTO keyturn.lease AS l (name, holder, fence, expires_at) VALUES ($1, $2, 1, $3) \
                    ON CONFLICT (name) DO UPDATE SET fence = l.fence + (l.holder <> EXCLUDED.holder)::int, \
                    holder = EXCLUDED.holder, expires_at = EXCLUDED.expires_at \
                    WHERE l.holder = EXCLUDED.holder OR l.expires_at <= $4 RETURNING fence
                    """,
                    [.text(name), .text(holder), .integer(expiry.unixSeconds), .integer(now.unixSeconds)])
            }
        }
    }

    package func releaseLease(_ name: String, holder: String) async throws {
        _ = try await onQueue { session in
            try session.transaction(.plain) { connection in
                // The row stays: the fencing number must continue.
                try connection.run(
                    "UPDATE keyturn.lease SET holder = '', expires_at = 0 WHERE name = $1 AND holder = $2",
                    [.text(name), .text(holder)])
            }
        }
    }
}
