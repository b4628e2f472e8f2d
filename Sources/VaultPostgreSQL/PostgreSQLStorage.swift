import CPostgreSQL
import Domain
import Synchronization
import System
package import Vault

/// A vault in a database. Only one process at a time serves it, changes it or replaces it.
///
/// What belongs to this host stays in its state directory: audit log, spool, lock file, and the name by which the database knows it.
package final class PostgreSQLStorage: VaultStorage {
    private let login: ServerLogin
    /// The state directory's own storage: its lock, its kind of backups, and a vault that is there too.
    private let local: any VaultStorage
    private let stateDirectory: String
    private let isLocked = Mutex<WeakLock>(WeakLock())

    private struct WeakLock { weak var lock: DatabaseLock? }

    /// - Parameters:
    ///   - local: what the vault's storage would be without a database.
    package init(
        at location: PostgreSQLLocation, local: any VaultStorage, stateDirectory: String,
        limits: PostgreSQLLimits = PostgreSQLLimits()
    ) {
        login = ServerLogin(location: location, limits: limits)
        (self.local, self.stateDirectory) = (local, stateDirectory)
    }

    package var library: StorageLibrary {
        let version = Int(PQlibVersion())
        return .libpq(version: "\(version / 10_000).\(version % 10_000)")
    }

    package var place: String { login.location.place }

    package var otherPlace: String { "name another database" }

    package var backups: any BackupFiles { local.backups }

    package func state() throws(StoreError) -> StorageState {
        try checkAlone()
        return try StoreError.translating {
            try Session.once(login) { session in
                try session.transaction(.read) { try Schema.isThere(on: $0) ? .present : .missing }
            }
        }
    }

    package func create(filledBy fill: @Sendable (any SealedStore) async throws -> Void) async throws {
        try checkAlone()
        let lock = try local.lock(.writing)
        defer { withExtendedLifetime(lock) {} }
        try await PostgreSQLStore.create(login, filledBy: fill)
        _ = try? StoreMarker.write(place, in: stateDirectory)
    }

    package func open() throws(StoreError) -> any VaultStore {
        try checkAlone()
        let lock = try local.lock(.writing)
        let store = PostgreSQLStore(login, holder: try makeHolder(), backups: backups, holding: lock)
        // Once it is known that the vault is there.
        if try store.begin() { _ = try? StoreMarker.write(place, in: stateDirectory) }
        return store
    }

    package func lock(_ access: StorageAccess) throws(StoreError) -> (any StorageLock)? {
        try checkAlone()
        let own = try local.lock(access)
        guard try state() == .present else { return own }
        return try StoreError.translating {
            switch access {
            case .reading:
                try Session.once(login) { session in
                    let row = try session.transaction(.read) { try LeaseRow(on: $0) }
                    guard row.verdict(for: nil, after: login.limits.silence) != .alive else { throw row.refusal }
                }
                return own
            case .writing:
                let lease = WriterLease(login, try makeHolder(), StoreCondition())
                do { try lease.acquire() } catch let error as StoreError where error.code == .damaged {
                    // Its table is damaged too. Then nobody can change the vault, and a restore makes new tables.
                    return own
                }
                lease.begin {}
                let lock = DatabaseLock(lease, own)
                isLocked.withLock { $0.lock = lock }
                return lock
            }
        }
    }

    package func openCopy(in directory: String) throws(StoreError) -> any VaultStore {
        let store = PostgreSQLStore(login, mayWrite: false, backups: backups)
        try store.check()
        try StoreError.translating {
            try Session.once(login) { try $0.transaction(.read) { try VaultStanding.check(on: $0) } }
        }
        return store
    }

    package func beginReplacement(by backup: String) throws(StoreError) -> any VaultReplacement {
        let copy = try backups.openCopy(of: backup, in: stateDirectory)
        return DatabaseReplacement(
            copy, login, lease: isLocked.withLock { $0.lock?.lease }, backups: backups, stateDirectory: stateDirectory)
    }

    /// A replacement is one transaction: there is nothing to finish.
    package func finishReplacement() throws(StoreError) {}

    private func makeHolder() throws(StoreError) -> LeaseHolder {
        let marker = try StoreError.wrapping { () throws(SystemError) in
            try StoreMarker.write(StoreMarker(in: stateDirectory)?.place ?? place, in: stateDirectory)
        }
        return LeaseHolder(node: marker.node, stateDirectory: stateDirectory)
    }

    /// A vault in the state directory would be overlooked, with all that it has.
    private func checkAlone() throws(StoreError) {
        guard try local.state() != .missing else { return }
        throw StoreError(
            .exists, "there is a vault in the state directory, \(local.place), and the setting store names another one",
            hint:
                "leave out the setting store, to serve the file; or move the file away, if its vault is no longer used")
    }
}

/// Holds the state directory's lock and the right to change the vault.
private final class DatabaseLock: StorageLock {
    let lease: WriterLease
    private let own: (any StorageLock)?

    init(_ lease: WriterLease, _ own: (any StorageLock)?) { (self.lease, self.own) = (lease, own) }

    deinit { lease.end() }
}

extension Session {
    /// A session for one thing.
    static func once<Result>(_ login: ServerLogin, _ body: (Session) throws -> Result) throws -> Result {
        let session = Session(login)
        defer { session.close() }
        return try body(session)
    }
}

extension StoreError {
    /// Passes on errors of a store, and says of any other that it was not expected.
    static func translating<Result>(_ body: () throws -> Result) throws(StoreError) -> Result {
        do { return try body() } catch let error as StoreError { throw error } catch {
            throw StoreError(.library, "an unexpected error of the store: \(type(of: error))")
        }
    }
}
