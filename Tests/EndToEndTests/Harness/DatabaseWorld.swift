import Foundation
import PostgreSQLTestSupport

/// A database for one vault, in a cluster of its own.
final class VaultDatabase: Sendable {
    let cluster: PostgreSQLCluster
    let name: String

    init(settings: [String] = [], access: [String] = [], files: [String: String] = [:]) throws {
        cluster = try PostgreSQLCluster(settings: settings, access: access, files: files)
        name = try cluster.makeDatabase()
    }

    /// With TLS, as the first of these certificates.
    convenience init(certificates: KeyValuePairs<String, (certificate: String, key: String)>, access: [String] = [])
        throws
    {
        let first = certificates.first?.key ?? ""
        var files: [String: String] = [:]
        for (name, pair) in certificates { (files[name + ".crt"], files[name + ".key"]) = (pair.certificate, pair.key) }
        try self.init(
            settings: ["ssl = on", "ssl_cert_file = '\(first).crt'", "ssl_key_file = '\(first).key'"], access: access,
            files: files)
    }

    var url: String { cluster.loopback(name) }

    @discardableResult func sql(_ sql: String) throws -> String { try cluster.sql(sql, in: name) }

    /// Saves the database as it is, under another name. Nobody uses it.
    func save(as copy: String) throws { try cluster.sql("CREATE DATABASE \(copy) TEMPLATE \(name)", in: "postgres") }

    /// Puts a saved database in the place of the one that is in use, as a failover that lost changes does.
    func putBack(_ copy: String) throws {
        try cluster.sql("ALTER DATABASE \(name) ALLOW_CONNECTIONS false", in: "postgres")
        try endSessions()
        try cluster.sql("ALTER DATABASE \(name) RENAME TO lost_\(copy)", in: "postgres")
        try cluster.sql("ALTER DATABASE \(copy) RENAME TO \(name)", in: "postgres")
    }

    func endSessions() throws {
        try cluster.sql(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '\(name)'", in: "postgres")
    }

    /// Whether these bytes are anywhere in the vault's rows.
    func contains(_ text: String) throws -> Bool {
        let tables = try sql(
            "SELECT string_agg(table_name, ' ') FROM information_schema.tables WHERE table_schema = 'keyturn'")
        for table in tables.split(separator: " ") {
            let columns = try sql(
                """
                SELECT string_agg(CASE data_type WHEN 'bytea' THEN column_name \
                ELSE 'convert_to(' || column_name || '::text, ''UTF8'')' END, ' || ') \
                FROM information_schema.columns WHERE table_schema = 'keyturn' AND table_name = '\(table)' \
                AND is_nullable = 'NO'
                """)
            let found = try sql(
                "SELECT count(*) FROM keyturn.\"\(table)\" WHERE position('\(text)'::bytea IN \(columns)) > 0")
            if found != "0" { return true }
        }
        return false
    }
}

/// Gives a test a world whose vault is in a database.
/// - Parameter serving: whether to have a vault and a daemon, at which this user may fetch everything.
func withDatabase(
    _ database: VaultDatabase? = nil, serving: Bool = true, _ body: (World, VaultDatabase) throws -> Void
) throws {
    let database = try database ?? VaultDatabase()
    let world = try World(environment: ["KEYTURN_STORE": database.url])
    defer { world.close() }
    if serving {
        try world.initialise()
        try world.start()
        try world.admitEverything()
    }
    try body(world, database)
}
