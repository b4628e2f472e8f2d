import Vault

/// The vault's tables, in a schema of their own. The only version so far; a later one will migrate vaults of this one in
/// ``check(with:)``.
enum Schema {
    static let version = 1

    /// Whoever makes a vault holds this lock of the database until it is committed, or not.
    private static let lock = "SELECT pg_advisory_xact_lock(1263817294)"

    static func isThere(on connection: PostgreSQLConnection) throws(PostgreSQLFailure) -> Bool {
        try connection.integer("SELECT (to_regclass('keyturn.vault') IS NOT NULL)") == 1
    }

    /// Makes the tables and their first rows in one transaction.
    /// - Parameter aside: the name for tables that are there and must not stay in the way; a constant that needs no quotes.
    static func make(
        with session: Session, insteadOf aside: String? = nil, filledBy fill: (PostgreSQLTransaction) throws -> Void
    ) throws {
        let connection = try session.begin(.plain, locking: lock)
        do {
            if let aside { try connection.run("ALTER SCHEMA keyturn RENAME TO \(aside)") }
            guard try !isThere(on: connection) else {
                throw StoreError(
                    .exists, "there already is a vault in database \(connection.place.database); it was not changed",
                    hint: "name another database")
            }
            if try connection.integer("SELECT (to_regnamespace('keyturn') IS NULL)") == 1 {
                try connection.run("CREATE SCHEMA keyturn")
            }
            try connection.run(constants: String(decoding: PackageResources.v001_sql, as: UTF8.self))
            try fill(PostgreSQLTransaction(connection, mayWrite: true))
            _ = connection.consumeWarnings()
            try connection.run(constants: "COMMIT")
            guard connection.consumeWarnings().isEmpty else { throw PostgreSQLFailure(.lost) }
        } catch {
            session.rollBack(connection)
            guard let failure = error as? PostgreSQLFailure else { throw error }
            let reason = StoreError(failure, at: connection.place)
            if failure.leavesDoubt, try isMade(session) { return }
            throw reason
        }
    }

    /// Whether the tables are there after all, once nobody is making them.
    private static func isMade(_ session: Session) throws -> Bool {
        let connection = try session.begin(.plain, locking: lock)
        defer { session.rollBack(connection) }
        do throws(PostgreSQLFailure) {
            return try isThere(on: connection)
        } catch { throw StoreError(error, at: connection.place) }
    }

    /// Refuses a database without a vault, and a vault whose schema is unknown to this program.
    /// - Parameter isServed: also refuses tables that are not as this program makes them.
    static func check(with session: Session, isServed: Bool) throws {
        try session.transaction(.read) { connection in
            let database = connection.place.database
            guard try isThere(on: connection) else {
                throw StoreError(
                    .missing, "there is no vault in database \(database) at \(connection.place.server)",
                    hint: "check the database's name in the setting store; for a new vault: keyturnd init")
            }
            let found = try connection.integer("SELECT schema FROM keyturn.vault") ?? 0
            guard found >= 1 else {
                throw StoreError(.damaged, "the vault claims schema \(found), which does not exist")
            }
            guard found <= version else {
                throw StoreError(.newerSchema(found: found, known: version), "nothing was changed")
            }
            if isServed { try VaultStanding.check(on: connection) }
            if isServed, let first = try Examination.differences(on: connection).first {
                throw StoreError(
                    .damaged, "the vault's tables in database \(database) were changed: \(first)",
                    hint: "keyturnd check shows all the damage; then keyturnd restore BACKUP")
            }
        }
    }
}
