import Dispatch
import GRDB
import Glibc
import Synchronization
package import Times
package import Vault

/// The vault's store in one SQLite file, for one process.
///
/// WAL, `synchronous=FULL`, one connection in exclusive locking mode, and a lock file held for life: SQLite before
/// 3.51.3 can lose commits when two connections checkpoint a WAL at once, and one connection cannot.
package final class SQLiteStore: SealedStore {
    private let database: DatabaseQueue
    /// `nil` once closed.
    private let lock: Mutex<FileLock?>
    private let isClosed = Atomic(false)
    /// The one that is under way.
    let backup = Mutex<OnlineBackup?>(nil)
    /// Where SQLite blocks, so that the cooperative threads do not. Serial: this is the order of the commits.
    private let thread = DispatchQueue(label: "keyturn.vault")

    /// Makes the file (0600) in a directory that exists, and lets `fill` write what a store begins with. The file has
    /// its name only when all of that is durable, so that a killed process leaves no half-made vault. An existing file
    /// is refused and not touched.
    package static func create(
        at path: String, filledBy fill: (SQLiteStore) async throws -> Void
    ) async throws {
        let lock = try FileLock(path: path + ".lock")
        if unsafe Replacement(of: path).isPending || access(path, F_OK) == 0 {
            throw StoreError(.exists, "there is a vault at \(path) already; it was not touched")
        }
        for journal in VaultCopy.journals where unsafe access(path + journal, F_OK) == 0 {
            throw StoreError(.exists, "there is the journal of another vault, \(path + journal); it was not touched")
        }
        let draft = path + ".new"
        sweep(draft)
        let descriptor = unsafe Glibc.open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StoreError(systemCall: "cannot make \(draft)", errno) }
        Glibc.close(descriptor)
        let store = try SQLiteStore(path: draft, lock: lock, isNew: true)
        do {
            try await fill(store)
            try await store.checkpoint()
            try await store.closeDatabase()
            guard unsafe rename(draft, path) == 0 else {
                throw StoreError(systemCall: "cannot give \(draft) its name", errno)
            }
            do { try syncDirectory(of: path) } catch {
                // Whoever made it thinks that there is none, and lets go of its keys.
                unsafe unlink(path)
                throw error
            }
            store.unlock()  // And not before: nobody else may begin a draft until then.
        } catch {
            try? await store.closeDatabase()
            sweep(draft)
            store.unlock()
            throw error
        }
    }

    private static func sweep(_ draft: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { unsafe unlink(draft + suffix) }
    }

    /// Opens the file. A file that was to take its place does so first.
    package static func open(at path: String) throws(StoreError) -> SQLiteStore {
        let replacement = Replacement(of: path)
        guard unsafe replacement.isPending || access(path, F_OK) == 0 else {
            let reason = errno
            if reason == ENOENT { throw StoreError(.missing, "there is no vault at \(path)") }
            throw StoreError(systemCall: "cannot open \(path)", reason)
        }
        let lock = try FileLock(path: path + ".lock")
        try replacement.finish()
        try FileHeader.check(path)
        return try SQLiteStore(path: path, lock: lock, isNew: false)
    }

    private init(path: String, lock: consuming FileLock, isNew: Bool) throws(StoreError) {
        var configuration = Configuration()
        configuration.label = "vault"
        configuration.busyMode = .immediateError
        configuration.prepareDatabase { try Self.prepare($0) }
        do {
            database = try DatabaseQueue(path: path, configuration: configuration)
            try database.inDatabase { database in
                if isNew { try Schema.make(in: database) } else { try Schema.check(database) }
                try Self.proveSettings(database)
            }
        } catch {
            if isNew { Self.sweep(path) }
            throw StoreError(sqlite: error, path: path, isOpening: true)
        }
        self.lock = Mutex(lock)
    }

    private static func prepare(_ database: Database) throws {
        for setting in [
            "locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON",
            "secure_delete = ON", "trusted_schema = OFF", "cell_size_check = ON", "temp_store = MEMORY",
        ] {
            _ = try Row.fetchAll(database, sql: "PRAGMA \(setting)")
        }
    }

    /// SQLite answers a setting that it could not take with silence.
    private static func proveSettings(_ database: Database) throws {
        let durable = try Int.fetchOne(database, sql: "PRAGMA synchronous") == 2
        let journal = try String.fetchOne(database, sql: "PRAGMA journal_mode") == "wal"
        let alone = try String.fetchOne(database, sql: "PRAGMA locking_mode") == "exclusive"
        guard durable, journal, alone else {
            throw StoreError(.library, "SQLite did not take the settings that keep commits safe")
        }
    }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result {
        try await onThread { database in
            try database.inDatabase { connection in
                try connection.readOnly {
                    var result: Result?
                    try connection.inTransaction(.deferred) {
                        result = try body(SQLiteTransaction(connection))
                        return .commit
                    }
                    return result
                }
            }
        }
    }

    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result,
        committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result {
        try await onThread { database in
            try database.inDatabase { connection in
                var result: Result?
                try connection.inTransaction(.immediate) {
                    result = try body(SQLiteTransaction(connection))
                    #if FAULT_POINTS
                        try DiskFault.shared.strike()
                    #endif
                    return .commit
                }
                if let result { committed(result) }
                return result
            }
        }
    }

    /// Runs `body` on the store's thread, beside no transaction.
    func onConnection<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result
    {
        try await onThread { database in try database.inDatabase { try Optional.some(body($0)) } }
    }

    /// Gives the file back.
    package func close() async throws {
        try await closeDatabase()
        unlock()
    }

    /// Brings all commits into the one file. Closing does so too, but leaves a WAL that it had no room for, silently.
    private func checkpoint() async throws {
        _ = try await onThread { database in
            try database.inDatabase { connection in
                _ = try connection.checkpoint(.truncate)
            }
        }
    }

    private func unlock() { lock.withLock { $0 = nil } }

    private func closeDatabase() async throws {
        _ = try await onThread { [self] database in
            isClosed.store(true, ordering: .relaxed)
            endBackup()
            try database.close()
            return ()
        }
    }

    /// Not GRDB's own `async` calls: they end early when the task is cancelled, and a commit has no early end.
    private func onThread<Result: Sendable>(
        _ body: @escaping @Sendable (DatabaseQueue) throws -> Result?
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            thread.async { [self] in
                do {
                    guard !isClosed.load(ordering: .relaxed) else {
                        throw StoreError(.closed, "the vault was closed")
                    }
                    guard let result = try body(database) else {
                        throw StoreError(.library, "SQLite ended a transaction that it had not begun")
                    }
                    continuation.resume(returning: result)
                } catch let error as DatabaseError {
                    continuation.resume(throwing: StoreError(sqlite: error, path: database.path))
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }
}

extension SQLiteStore {
    package func acquireLease(
        _ name: String, holder: String, now: Timestamp, expiry: Timestamp
    ) async throws -> Int? {
        try await onThread { database in
            try database.inDatabase { connection in
                try Optional.some(Lease.acquire(name, holder: holder, now: now, expiry: expiry, in: connection))
            }
        }
    }

    package func releaseLease(_ name: String, holder: String) async throws {
        _ = try await onThread { database in
            try database.inDatabase { connection in try Lease.release(name, holder: holder, in: connection) }
            return ()
        }
    }
}
