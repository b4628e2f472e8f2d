import Dispatch
import Domain
import Glibc
import Synchronization
import System
package import Vault

/// The vault's store in one SQLite file, for one process.
///
/// WAL, `synchronous=FULL`, one connection in exclusive locking mode, and a lock file held for the life of the process:
/// SQLite before 3.51.3 can lose commits when two connections checkpoint a WAL at once; one connection cannot.
package final class SQLiteStore: VaultStore {
    private let connection: Connection
    private let watch: FileWatch
    /// The file's owner, if the file is a private copy.
    private let copy: VaultCopy?
    /// `nil` once closed.
    private let lock: Mutex<FileLock?>
    private let isClosed = Atomic(false)
    /// The backup that is running.
    let backup = Mutex<OnlineBackup?>(nil)
    /// SQLite blocks on this queue instead of the cooperative threads. It is serial and so defines the order of
    /// commits.
    private let thread = DispatchQueue(label: "keyturn.vault")

    /// Creates the file (0600) in an existing directory, and lets `fill` write the initial rows. The file gets its name
    /// only when all of that is durable, so that a killed process leaves no half-made vault. An existing file is
    /// refused and not changed.
    package static func create(
        at path: String, filledBy fill: (SQLiteStore) async throws -> Void
    ) async throws {
        let lock = try FileLock(path: path + ".lock")
        if unsafe Replacement(of: path).isPending || access(path, F_OK) == 0 {
            throw StoreError(.exists, "there already is a vault at \(path); it was not changed")
        }
        for journal in VaultCopy.journals where unsafe access(path + journal, F_OK) == 0 {
            throw StoreError(.exists, "there is the journal of another vault, \(path + journal); it was not changed")
        }
        let draft = path + ".new"
        sweep(draft)
        try StoreError.wrapping { () throws(SystemError) in _ = try File(creating: draft) }
        let store = try SQLiteStore(path: draft, lock: lock, isNew: true)
        do {
            try await fill(store)
            try await store.checkpoint()
            try await store.closeDatabase()
            try StoreError.wrapping { () throws(SystemError) in try Files.rename(draft, to: path) }
            do { try syncName(of: path) } catch {
                // The caller assumes that there is no vault, and drops its keys.
                unsafe unlink(path)
                throw error
            }
            store.unlock()  // and not before: another process must not start a draft earlier
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

    /// Opens the file. First completes a pending replacement.
    package static func open(at path: String) throws(StoreError) -> SQLiteStore { try open(at: path, nil) }

    private static func open(at path: String, _ copy: VaultCopy?) throws(StoreError) -> SQLiteStore {
        let replacement = Replacement(of: path)
        guard unsafe replacement.isPending || access(path, F_OK) == 0 else {
            let reason = errno
            if reason == ENOENT { throw StoreError(.missing, "there is no vault at \(path)") }
            throw StoreError(systemCall: "cannot open \(path)", reason)
        }
        let lock = try FileLock(path: path + ".lock")
        try replacement.finish()
        try FileHeader.check(path)
        let store = try SQLiteStore(path: path, lock: lock, isNew: false, copy: copy)
        // A private copy is opened to find out all that is wrong with it.
        if copy == nil { try store.proveSchema() }
        return store
    }

    /// Opens a private copy, which lives as long as the store. Errors name the original.
    static func open(_ copy: VaultCopy, named original: String) throws(StoreError) -> SQLiteStore {
        do throws(StoreError) { return try open(at: copy.path, copy) } catch {
            throw StoreError(error.code, error.detail.replacing(copy.path, with: original))
        }
    }

    private init(
        path: String, lock: consuming FileLock, isNew: Bool, copy: VaultCopy? = nil
    ) throws(StoreError) {
        self.copy = copy
        do {
            connection = try Connection(path: path)
            for setting in Self.settings { try connection.execute("PRAGMA \(setting.name) = \(setting.value)") }
            if isNew { try Schema.make(in: connection) } else { try Schema.check(connection) }
            try Self.proveSettings(connection)
            watch = FileWatch(path: path)
        } catch {
            if isNew { Self.sweep(path) }
            throw StoreError(sqlite: error, path: path, isOpening: true)
        }
        self.lock = Mutex(lock)
    }

    /// The settings, and how SQLite reports each of them.
    private static let settings: [(name: String, value: String, said: String)] = [
        ("locking_mode", "EXCLUSIVE", "exclusive"), ("journal_mode", "WAL", "wal"), ("synchronous", "FULL", "2"),
        ("foreign_keys", "ON", "1"), ("secure_delete", "ON", "1"), ("trusted_schema", "OFF", "0"),
        ("cell_size_check", "ON", "1"), ("temp_store", "MEMORY", "2"),
    ]

    /// What is served must be as this program made it: a trigger that somebody added would run with each change.
    private func proveSchema() throws(StoreError) {
        let differences: [String]
        do { differences = try Schema.differences(connection) } catch {
            throw StoreError(sqlite: error, path: connection.path, isOpening: true)
        }
        guard let first = differences.first else { return }
        throw StoreError(.damaged, "\(connection.path) was changed: \(first)")
    }

    /// SQLite silently ignores a setting that it cannot apply, such as one that was left out of its build.
    private static func proveSettings(_ connection: Connection) throws {
        for setting in settings where try connection.texts("PRAGMA \(setting.name)") != [setting.said] {
            throw StoreError(.library, "SQLite did not accept the setting \(setting.name), which keeps the vault safe")
        }
    }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result {
        try await onConnection { connection in
            try connection.execute("PRAGMA query_only = ON")
            defer { try? connection.execute("PRAGMA query_only = OFF") }
            return try connection.transaction(.deferred) { try body(SQLiteTransaction(connection)) }
        }
    }

    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result,
        committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result {
        try await onConnection { [self] connection in
            let result = try watch.writing {
                try connection.transaction(.immediate) {
                    let result = try body(SQLiteTransaction(connection))
                    #if FAULT_POINTS
                        try DiskFault.shared.strike()
                    #endif
                    return result
                }
            }
            committed(result)
            return result
        }
    }

    package var trouble: StoreTrouble? { isClosed.load(ordering: .relaxed) || watch.check() == nil ? nil : .gone }

    package func serverReport() async throws -> ServerReport? { nil }

    /// Closes and unlocks the file.
    package func close() async throws {
        try await closeDatabase()
        unlock()
    }

    /// Moves all commits into the one file. Closing does so too, but if there is no room it silently leaves a WAL.
    private func checkpoint() async throws {
        try await onConnection { [watch] connection in try watch.writing { try connection.checkpoint() } }
    }

    private func unlock() { lock.withLock { $0 = nil } }

    private func closeDatabase() async throws {
        try await onConnection { [self] connection in
            isClosed.store(true, ordering: .relaxed)
            endBackup()
            try connection.close()
        }
    }

    /// Runs `body` on the store's thread. A cancelled task waits as well: a commit cannot be cancelled.
    func onConnection<Result: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            thread.async { [self] in
                continuation.resume(
                    with: Swift.Result {
                        guard !isClosed.load(ordering: .relaxed) else {
                            throw StoreError(.closed, "the vault was closed")
                        }
                        do { return try body(connection) } catch let error as SQLiteError {
                            throw StoreError(sqlite: error, path: connection.path)
                        }
                    })
            }
        }
    }
}
