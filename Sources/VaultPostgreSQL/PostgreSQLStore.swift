import Dispatch
import Domain
import Synchronization
package import Vault

/// The vault's store in a database of PostgreSQL, 15 or later, which other hosts may use too.
///
/// Nothing lives in the server's session between two transactions: no setting, no prepared statement, no lock. So the connection
/// may lead through a pooler.
package final class PostgreSQLStore: VaultStore {
    let login: ServerLogin
    let backups: (any BackupFiles)?
    private let condition = StoreCondition()
    private let session: Session
    /// `nil` for a store of which the caller knows that nobody else changes it, or that is only read.
    private let lease: WriterLease?
    private let mayWrite: Bool
    private let local: Mutex<(any StorageLock)?>
    private let isAdmitted = Atomic(false)
    private let isClosed = Atomic(false)
    /// Whether it is served: what goes wrong from then on ends no process.
    private let hasBegun = Atomic(false)
    /// Why the vault was refused for good: another process has it.
    private let refusal = Mutex<StoreError?>(nil)
    /// libpq's answers are waited for on this queue instead of the cooperative threads. It is serial and so defines the order of
    /// commits.
    private let thread = DispatchQueue(label: "keyturn.postgresql")

    /// - Parameters:
    ///   - holder: takes the right to change the vault, before anything is read or written.
    ///   - backups: how backups are written.
    ///   - lock: released when the store is closed.
    init(
        _ login: ServerLogin, holder: LeaseHolder? = nil, mayWrite: Bool = true, backups: (any BackupFiles)? = nil,
        holding lock: (any StorageLock)? = nil
    ) {
        (self.login, self.mayWrite, self.backups) = (login, mayWrite, backups)
        local = Mutex(lock)
        lease = holder.map { [condition] in WriterLease(login, $0, condition) }
        session = Session(login, condition, lease: lease)
    }

    // MARK: Opening

    /// Makes the vault's tables in an existing database, and lets `fill` write the initial rows: all of it in one transaction, so
    /// that a killed process leaves no half-made vault. An existing vault is refused and not changed.
    package static func create(
        at location: PostgreSQLLocation, limits: PostgreSQLLimits = PostgreSQLLimits(),
        filledBy fill: (any SealedStore) async throws -> Void
    ) async throws {
        try await create(ServerLogin(location: location, limits: limits), filledBy: fill)
    }

    static func create(_ login: ServerLogin, filledBy fill: (any SealedStore) async throws -> Void) async throws {
        let rows = PendingRows()
        try await fill(rows)
        let store = PostgreSQLStore(login)
        store.isAdmitted.store(true, ordering: .relaxed)
        do { try await store.onQueue { session in try Schema.make(with: session) { try rows.replay(to: $0) } } } catch {
            try? await store.close()
            throw error
        }
        try await store.close()
    }

    /// Opens the vault in a database that nobody else changes.
    package static func open(
        at location: PostgreSQLLocation, limits: PostgreSQLLimits = PostgreSQLLimits()
    ) async throws -> PostgreSQLStore {
        try await open(ServerLogin(location: location, limits: limits))
    }

    static func open(_ login: ServerLogin) async throws -> PostgreSQLStore {
        let store = PostgreSQLStore(login)
        do { try await store.onQueue { _ in } } catch {
            try? await store.close()
            throw error
        }
        return store
    }

    /// Checks the vault's tables, and takes the right to change them. A server that cannot be reached, is not yet the primary
    /// again, or has no room is no failure: each call, and each beat, tries again.
    /// - Returns: whether the server could be reached.
    @discardableResult func begin() throws(StoreError) -> Bool {
        do throws(StoreError) { try check() } catch {
            guard error.code.mayPass else {
                lease?.end()
                thread.sync { session.close() }
                throw error
            }
        }
        hasBegun.store(true, ordering: .relaxed)
        lease?.begin { [weak self] in self?.poll() }
        return isAdmitted.load(ordering: .relaxed)
    }

    /// Checks the vault's tables.
    func check() throws(StoreError) { try StoreError.translating { try thread.sync { try admit() } } }

    /// Call it on the store's queue.
    private func admit() throws {
        guard !isAdmitted.load(ordering: .relaxed) else { return }
        if let refusal = refusal.withLock({ $0 }) { throw refusal }
        do {
            try Schema.check(with: session, isServed: mayWrite)
            if let lease {
                try lease.acquire()
                // Until then, another process may have moved it.
                try session.transaction(.read) { try VaultStanding.check(on: $0) }
            }
        } catch {
            let reason = refuse(error)
            condition.call(reason)
            throw reason
        }
        condition.call(nil)
        isAdmitted.store(true, ordering: .relaxed)
    }

    /// Another process has the vault: this one, if it waits locked, must not take it as soon as that one is restarted.
    private func refuse(_ error: any Error) -> any Error {
        guard let found = error as? StoreError, found.code == .inUse, hasBegun.load(ordering: .relaxed) else {
            return error
        }
        let reason = StoreError(
            .inUse, found.detail,
            hint: "stop one of both; then, on the host that is to serve the vault: systemctl restart keyturnd")
        refusal.withLock { $0 = reason }
        return reason
    }

    /// After a beat: opens what could not be opened yet, and finds out what became of a commit that was not confirmed.
    private func poll() {
        thread.async { [self] in
            guard !isClosed.load(ordering: .relaxed), (try? admit()) != nil else { return }
            if session.doubt != nil { _ = session.settle() }
        }
    }

    // MARK: Transactions

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
        guard mayWrite else { throw StoreError(.library, "this vault was opened to be read") }
        return try await onQueue { session in
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

    package var trouble: StoreTrouble? { condition.trouble }

    package var isCertainlyOurs: Bool { trouble?.isForGood != true && lease?.isCertain ?? true }

    /// Finds out what became of the last commit, if its answer was lost. Each read and write does so first.
    /// - Returns: `.committed` also when there is no doubt.
    package func settle() async throws -> CommitFate { try await onQueue { $0.settle().fate } }

    /// A commit in doubt stays as it is: it may have been saved.
    package func close() async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            thread.async { [self] in
                guard !isClosed.exchange(true, ordering: .relaxed) else {
                    return continuation.resume(throwing: Self.closed)
                }
                session.close()
                lease?.end()
                local.withLock { $0 = nil }
                continuation.resume()
            }
        }
    }

    private static var closed: StoreError { StoreError(.closed, "the vault was closed") }

    /// Runs `body` on the store's queue, and remembers what it met. A cancelled task waits as well: a commit cannot be cancelled.
    func onQueue<Result: Sendable>(_ body: @escaping @Sendable (Session) throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            thread.async { [self] in
                continuation.resume(
                    with: Swift.Result {
                        guard !isClosed.load(ordering: .relaxed) else { throw Self.closed }
                        try admit()
                        do {
                            let result = try body(session)
                            condition.call(nil)
                            return result
                        } catch {
                            condition.call(error)
                            throw error
                        }
                    })
            }
        }
    }
}
