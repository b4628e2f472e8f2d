import Domain
import Vault

/// The one connection of a store, made when it is needed, and the commit whose fate is not known. Used on the store's queue only.
// Its owner uses it on one serial queue.
final class Session: @unchecked Sendable {
    /// A commit whose answer was lost, and what its success has to be followed by.
    struct Doubt {
        let mark: CommitMark
        let publish: () -> Void
    }

    private let login: ServerLogin
    private let condition: StoreCondition
    private var connection: PostgreSQLConnection?
    private(set) var doubt: Doubt? {
        didSet { condition.set(isUndecided: doubt != nil) }
    }
    /// The right to change the vault. Without one, nothing is compared: the caller sees to it that nobody else changes it.
    private let lease: WriterLease?
    /// Until when calls fail at once, and why.
    private var pause: (until: ContinuousClock.Instant, reason: StoreError)?

    init(_ login: ServerLogin, _ condition: StoreCondition = StoreCondition(), lease: WriterLease? = nil) {
        self.login = login
        self.condition = condition
        self.lease = lease
    }

    func close() {
        connection?.close()
        connection = nil
    }

    // MARK: Transactions

    enum Kind {
        case read, write, plain

        /// A write reads with each statement what is committed by then: after the lock, that is what the last writer left. One
        /// snapshot for all of it would be as old as the wait for the lock. Where an administrator made transactions read-only,
        /// nothing is written.
        var begin: String {
            switch self {
            case .read: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
            case .write, .plain: "BEGIN ISOLATION LEVEL READ COMMITTED"
            }
        }
    }

    /// Opens a transaction. Nothing is lost if a connection that was idle turns out to be dead: then another one is made.
    func begin(_ kind: Kind, locking lock: String? = nil) throws(StoreError) -> PostgreSQLConnection {
        if let pause, pause.until > .now { throw pause.reason }
        // The next beat finds out when it ends.
        if let reason = condition.silence { throw reason }
        let start = ContinuousClock.now
        do throws(StoreError) {
            let connection = try open(kind, lock)
            pause = nil
            return connection
        } catch {
            let waited = ContinuousClock.now - start
            let isSilent = error.code == .unavailable && waited >= min(login.limits.connect, login.limits.answer)
            pause = isSilent ? (.now + login.limits.pause, error) : nil
            throw error
        }
    }

    private func open(_ kind: Kind, _ lock: String?) throws(StoreError) -> PostgreSQLConnection {
        var statements = [kind.begin, login.limits.statements]
        if let lock { statements.append(lock) }
        // A statement of its own after the lock: it reads what the last holder of the lock committed.
        let isFenced = kind == .write && lease != nil
        if isFenced { statements.append(WriterLease.fence) }
        let sql = statements.joined(separator: "; ")
        var last: String?
        if let old = connection, old.isOpen {
            do throws(PostgreSQLFailure) {
                try old.run(constants: sql) { last = $0.text }
            } catch {
                rollBack(old)
                guard error.isOfTheConnection else { throw StoreError(error, at: old.place) }
                old.close()
            }
            if old.isOpen {
                try checkFence(isFenced, last, old)
                return old
            }
        }
        let new = try login.connect()
        connection = new
        do throws(PostgreSQLFailure) { try new.run(constants: sql) { last = $0.text } } catch {
            rollBack(new)
            if error.isOfTheConnection { new.close() }
            throw StoreError(error, at: new.place)
        }
        try checkFence(isFenced, last, new)
        return new
    }

    /// Undoes the transaction, and throws, if another process has the right to change the vault by now.
    private func checkFence(
        _ isFenced: Bool, _ fence: String?, _ connection: PostgreSQLConnection
    ) throws(StoreError) {
        guard isFenced, let lease, fence != lease.mark else { return }
        defer { rollBack(connection) }
        throw lease.lose(to: try? LeaseRow(on: connection))
    }

    /// Undoes the open transaction. A connection that cannot is closed, which undoes it too.
    func rollBack(_ connection: PostgreSQLConnection) {
        guard connection.isOpen, !connection.isIdle else { return }
        do throws(PostgreSQLFailure) { try connection.run(constants: "ROLLBACK") } catch { connection.close() }
    }

    /// Runs `body` in a transaction that needs no mark: one that reads, or that may be repeated.
    func transaction<Result>(
        _ kind: Kind, locking lock: String? = nil, _ body: (PostgreSQLConnection) throws -> Result
    ) throws -> Result {
        let connection = try begin(kind, locking: lock)
        do {
            let result = try body(connection)
            try connection.run(constants: "COMMIT")
            return result
        } catch {
            rollBack(connection)
            if let failure = error as? PostgreSQLFailure { throw StoreError(failure, at: connection.place) }
            throw error
        }
    }

    // MARK: Commits

    /// Commits the open transaction.
    /// - Parameters:
    ///   - mark: without one, the fate of a commit whose answer was lost is never known. Each change of a vault has one.
    ///   - publish: called when the commit is known to be there, now or later.
    func commit(
        _ connection: PostgreSQLConnection, _ mark: CommitMark?, publish: @escaping () -> Void
    ) throws(StoreError) {
        var reason: PostgreSQLFailure?
        var command = ""
        _ = connection.consumeWarnings()
        do throws(PostgreSQLFailure) {
            try connection.run(constants: "COMMIT") { result in command = result.command }
        } catch {
            guard error.leavesDoubt || !connection.isIdle else {
                throw StoreError(error, at: connection.place)
            }
            reason = error
        }
        let warnings = connection.consumeWarnings()
        if reason == nil, warnings.isEmpty {
            guard command == "COMMIT" else {
                throw StoreError(.library, "the transaction had failed before, and was undone")
            }
            return publish()
        }
        // A warning here says that no standby has confirmed the commit: it is there, and may be lost.
        connection.close()
        guard let mark else { throw Self.undecided }
        doubt = Doubt(mark: mark, publish: publish)
        switch settle().fate {
        case .committed: return
        case .notCommitted:
            throw StoreError(
                .unavailable, "the connection to the database broke before the change was saved: it was not saved",
                hint: StoreError.reachHint(connection.place))
        case .unknown: throw Self.undecided
        }
    }

    private static let undecided = StoreError(
        .undecided, "the database has not confirmed the last change: whether it was saved is not known yet",
        hint: "wait: it is looked for before the next one; if it stays so, check the server and its synchronous standby"
    )

    /// Finds out what became of the commit in doubt, if there is one. Nothing that depends on it may happen before that.
    func clearDoubt() throws(StoreError) {
        guard doubt != nil else { return }
        if settle().fate == .unknown { throw Self.undecided }
    }

    /// Looks for the mark of the commit in doubt, under the vault's lock: whoever may still commit it has the lock.
    func settle() -> (fate: CommitFate, reason: StoreError?) {
        guard let doubt else { return (.committed, nil) }
        do throws(StoreError) {
            let connection = try begin(.write, locking: CommitMark.lock)
            do throws(PostgreSQLFailure) {
                let isLeft = try doubt.mark.isLeft(on: connection)
                _ = connection.consumeWarnings()
                // The lock gives this transaction a commit record. Once a synchronous standby has confirmed it, the standby has
                // the earlier commit too.
                try connection.run(constants: "COMMIT")
                if isLeft, !connection.consumeWarnings().isEmpty {
                    connection.close()
                    return (.unknown, nil)
                }
                self.doubt = nil
                if isLeft { doubt.publish() }
                return (isLeft ? .committed : .notCommitted, nil)
            } catch {
                let reason = StoreError(error, at: connection.place)
                rollBack(connection)
                return (.unknown, reason)
            }
        } catch { return (.unknown, error) }
    }
}

extension PostgreSQLFailure {
    /// Whether another connection may do better: this one broke, or leads to a server that no longer accepts changes.
    fileprivate var isOfTheConnection: Bool {
        switch kind {
        case .lost, .late: true
        case .refused(let error):
            error.isFatal || error.isOf("08", "57") && error.state != "57014" || error.state == "25006"
        case .unexpected: false
        }
    }
}
