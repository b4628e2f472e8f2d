import Synchronization
import System
package import Vault

/// A vault's database as an end of a move. A copy that is not finished, and a vault that was moved away, are marked, and refused by
/// all daemons (``VaultStanding``).
package final class PostgreSQLMigrationEnd: MigrationEnd {
    private let login: ServerLogin
    private let backups: any BackupFiles
    private let stateDirectory: String
    private let lease = Mutex<WriterLease?>(nil)

    package init(
        at location: PostgreSQLLocation, backups: any BackupFiles, stateDirectory: String,
        limits: PostgreSQLLimits = PostgreSQLLimits()
    ) {
        login = ServerLogin(location: location, limits: limits)
        (self.backups, self.stateDirectory) = (backups, stateDirectory)
    }

    package var place: String { login.location.place }

    package let isLocal = false

    package func state() throws(StoreError) -> MigrationState {
        try StoreError.translating {
            try Session.once(login) { session in
                try session.transaction(.read) { connection -> MigrationState in
                    guard try Schema.isThere(on: connection) else {
                        guard try !Examination.isAnything(on: connection) else {
                            throw StoreError(
                                .exists, "the schema keyturn of \(place) has other tables than a vault's",
                                hint: "name another database")
                        }
                        return .nothing
                    }
                    switch try VaultStanding(on: connection) {
                    case .served: return .vault
                    case .unfinished: return .unfinished
                    case .moved(let place): return .moved(to: place)
                    }
                }
            }
        }
    }

    package func lock() throws(StoreError) -> (any StorageLock)? {
        guard try state() == .vault else { return nil }
        return try StoreError.translating {
            // Without a marker, this host never served it.
            let node = StoreMarker(in: stateDirectory)?.node ?? "migration \(UInt64.random(in: .min ... .max))"
            let new = WriterLease(login, LeaseHolder(node: node, stateDirectory: stateDirectory), StoreCondition())
            try new.acquire()
            new.begin {}
            lease.withLock { $0 = new }
            return HeldLease(new)
        }
    }

    package func open() throws(StoreError) -> any VaultStore {
        let store = PostgreSQLStore(login, mayWrite: false, backups: backups)
        try store.check()
        return store
    }

    package func receive(_ rows: any VaultStore, from place: String) async throws {
        let (login, isNew) = (login, try state() == .nothing)
        try await rows.read { rows in
            try Session.once(login) { session in
                guard !isNew else {
                    return try Schema.make(with: session) { transaction in
                        try transaction.copyAll(of: rows)
                        try transaction.set(.unfinished(from: place))
                    }
                }
                try session.transaction(.plain, locking: CommitMark.lock) { connection in
                    // It must not have become a vault that is served.
                    guard try VaultStanding(on: connection) != .served else {
                        throw StoreError(.exists, "there is a vault in database \(connection.place.database) by now")
                    }
                    let transaction = PostgreSQLTransaction(connection, mayWrite: true)
                    try transaction.replaceAll(by: rows)
                    try transaction.set(.unfinished(from: place))
                }
            }
        }
    }

    package func leave(for place: String) throws(StoreError) -> String? {
        try change(lease.withLock { $0 }) { _ in .moved(to: place) }
        return nil
    }

    package func finish() throws(StoreError) {
        try change(nil) { standing in
            guard case .unfinished = standing else {
                throw StoreError(.missing, "there is no unfinished vault in \(place)")
            }
            return .served
        }
    }

    private func change(_ lease: WriterLease?, to new: (VaultStanding) throws -> VaultStanding) throws(StoreError) {
        try StoreError.translating {
            let session = Session(login, lease: lease)
            defer { session.close() }
            try session.transaction(.write, locking: CommitMark.lock) { connection in
                try new(VaultStanding(on: connection)).save(on: connection)
            }
        }
    }
}

/// The right to change a vault, until the last reference is gone.
private final class HeldLease: StorageLock {
    private let lease: WriterLease

    init(_ lease: WriterLease) { self.lease = lease }

    deinit { lease.end() }
}
