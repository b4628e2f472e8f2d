package import Domain
package import Vault

/// What a vault asks of its store besides rows.
extension PostgreSQLStore {
    /// On a connection of its own, so that changes are made meanwhile. All rows are read in one snapshot.
    package func backUp<Result: Sendable>(
        to path: String, comparing compare: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result {
        guard let backups else { throw StoreError(.library, "this store has no backups") }
        return try await backups.write(to: path) { [login] put in
            try Snapshot.read(login) { rows in
                for table in SealedTable.all { try rows.forEachRow(in: table, put) }
                return try compare(rows)
            }
        }
    }

    package func examine() async throws -> [Finding] {
        try await onQueue { session in try session.transaction(.read) { try Examination.findings(on: $0) } }
    }

    package func serverReport() async throws -> ServerReport? {
        try await onQueue { session in try session.transaction(.read) { try ServerReport(on: $0) } }
    }
}

/// All rows of a vault as they are at one moment, on a connection of its own.
enum Snapshot {
    static func read<Result>(_ login: ServerLogin, _ body: (any StoreTransaction) throws -> Result) throws -> Result {
        let session = Session(login)
        defer { session.close() }
        return try session.transaction(.read) { try body(PostgreSQLTransaction($0, mayWrite: false)) }
    }
}

extension ServerReport {
    init(on connection: PostgreSQLConnection) throws(PostgreSQLFailure) {
        func setting(_ name: String) throws(PostgreSQLFailure) -> String {
            try connection.run("SELECT current_setting($1, true)", [.text(name)]) {
                result throws(PostgreSQLFailure) in
                guard result.rows > 0, case .text(let text) = try result.value(0, 0) else { return "" }
                return text
            }
        }
        let version = try setting("server_version").split(separator: " ").first ?? "of unknown version"
        let standbys = try setting("synchronous_standby_names")
        var warnings: [Advice] = []
        for (name, loss) in [
            ("fsync", "a power cut may damage the database"),
            ("full_page_writes", "a power cut may damage the database"),
        ] where try setting(name) == "off" {
            warnings.append(
                Advice(
                    "\(name) is off on the database server: \(loss)",
                    try: "ALTER SYSTEM SET \(name) = on; SELECT pg_reload_conf()"))
        }
        let confirmed = standbys.isEmpty ? "" : ", confirmed by a standby"
        self.init(
            words:
                "PostgreSQL \(version) at \(connection.place.server), database \(connection.place.database)\(confirmed)",
            warnings: warnings)
    }
}
