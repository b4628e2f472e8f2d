import Domain
import Foundation
import PostgreSQLTestSupport
import TestSupport
import Testing
import Vault

@testable import VaultPostgreSQL

/// What goes wrong is named, with what to try.
@Suite(.timeLimit(.minutes(2))) struct ErrorTests {
    private func open(_ url: String, passwordFile: String? = nil, _ limits: PostgreSQLLimits = .short) async throws
        -> StoreError
    {
        let location = try PostgreSQLLocation(url, passwordFile: passwordFile.map { PasswordFile($0) })
        let error = try await storeError { try await PostgreSQLStore.open(at: location, limits: limits).close() }
        #expect(error.hint != nil, "\(error)")
        return error
    }

    @Test func `a password is read at each login, and a wrong one is named and not shown`() async throws {
        let cluster = try PostgreSQLCluster(access: ["host all ada 127.0.0.1/32 scram-sha-256"])
        let vault = try await DatabaseVault(cluster)
        try vault.sql("CREATE ROLE ada LOGIN SUPERUSER PASSWORD 'the-right-one'")
        let directory = try TemporaryDirectory()
        let file = directory.file("password")
        let url = cluster.loopback(vault.database, role: "ada")
        let none = try await open(url)
        #expect(none.code == .notPermitted && none.detail.contains("password file"), "\(none)")
        try "the-wrong-one\n".write(toFile: file, atomically: false, encoding: .utf8)
        unsafe chmod(file, 0o644)
        let readable = try await open(url, passwordFile: file)
        #expect(readable.code == .notPermitted && readable.hint?.contains("chmod 600 \(file)") == true, "\(readable)")
        unsafe chmod(file, 0o600)
        let wrong = try await open(url, passwordFile: file)
        #expect(wrong.code == .notPermitted && wrong.detail.contains("refused the password of role ada"), "\(wrong)")
        #expect(!"\(wrong)\(wrong.hint ?? "")".contains("the-wrong"))
        try "the-right-one\n".write(toFile: file, atomically: false, encoding: .utf8)
        let store = try await PostgreSQLStore.open(at: PostgreSQLLocation(url, passwordFile: PasswordFile(file)))
        try await store.put(.app("a"))
        try await store.close()
    }

    @Test func `a role without a grant, and one that is not admitted`() async throws {
        let cluster = try PostgreSQLCluster(access: ["host all stranger 127.0.0.1/32 reject"])
        let vault = try await DatabaseVault(cluster)
        try vault.sql("CREATE ROLE poor LOGIN; CREATE ROLE stranger LOGIN; GRANT USAGE ON SCHEMA keyturn TO poor")
        let poor = try await open(cluster.url(vault.database, role: "poor"))
        #expect(
            poor.code == .notPermitted && poor.hint?.contains("GRANT USAGE ON SCHEMA keyturn TO poor;") == true,
            "\(poor)")
        let stranger = try await open(cluster.loopback(vault.database, role: "stranger"))
        #expect(stranger.code == .notPermitted && stranger.hint?.contains("pg_hba.conf") == true, "\(stranger)")
        // With the grants of the hint, the role may do all that the store does.
        try vault.sql("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA keyturn TO poor")
        let store = try await PostgreSQLStore.open(at: PostgreSQLLocation(cluster.url(vault.database, role: "poor")))
        try await store.put(.app("a"))
        try await store.close()
    }

    @Test func `no database, no vault in it, a vault that is there, another encoding`() async throws {
        let cluster = try PostgreSQLCluster.shared.get()
        let missing = try await open(cluster.url("no_such"))
        #expect(missing.code == .missing && missing.hint?.hasPrefix("createdb") == true, "\(missing)")
        let empty = try await open(cluster.url("postgres"))
        #expect(empty.code == .missing && empty.detail.contains("no vault"), "\(empty)")
        let vault = try await DatabaseVault()
        let location = try PostgreSQLLocation(cluster.url(vault.database))
        let there = try await storeError { try await PostgreSQLStore.create(at: location) { _ in } }
        #expect(there.code == .exists, "\(there)")
        try cluster.sql("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0", in: "postgres")
        let latin = try await open(cluster.url("latin"))
        #expect(latin.detail.contains("LATIN1"), "\(latin)")
        try vault.sql("UPDATE keyturn.vault SET schema = 9")
        let newer = try await open(cluster.url(vault.database))
        #expect(newer.code == .newerSchema(found: 9, known: 1), "\(newer)")
    }

    @Test func `a server that is too old, or cannot be reached`() async throws {
        let cluster = try PostgreSQLCluster.shared.get()
        let relay = try Relay(to: cluster.port) { bytes in
            String(decoding: bytes, as: UTF8.self).contains("server_version") ? Self.older(bytes) : bytes
        }
        let old = try await open(cluster.loopback("postgres", port: relay.port, options: "?sslmode=disable"))
        #expect(old.detail.contains("is PostgreSQL 9") || old.detail.contains("is PostgreSQL 14"), "\(old)")
        let dead = try Relay(to: 1)
        dead.stop()
        let refused = try await open(cluster.loopback("postgres", port: 1))
        #expect(refused.code == .unavailable && refused.detail.contains("refused"), "\(refused)")
        let nowhere = try await open("postgresql://a@no-such-host.invalid/b")
        #expect(nowhere.code == .unavailable && nowhere.detail.contains("no address"), "\(nowhere)")
        let socket = try await open("postgresql://a@/b?host=/nonexistent")
        #expect(socket.code == .unavailable, "\(socket)")
    }

    /// The version's first digits become 14.
    private static func older(_ bytes: [UInt8]) -> [UInt8] {
        let name = Array("server_version\0".utf8)
        guard let range = bytes.firstRange(of: name) else { return bytes }
        var bytes = bytes
        bytes.replaceSubrange(range.upperBound..<range.upperBound + 2, with: Array("14".utf8))
        return bytes
    }

    @Test(arguments: [
        ("53100", StoreError.Code.diskFull), ("53300", .unavailable), ("57P03", .unavailable), ("58030", .inputOutput),
        ("XX001", .damaged), ("40001", .unavailable), ("25006", .readOnly), ("42501", .notPermitted),
        ("XX000", .library),
        ("57014", .unavailable), ("55P03", .unavailable), ("25P03", .unavailable), ("57P01", .unavailable),
    ]) func `an error of the server is told by its code`(state: String, code: StoreError.Code) async throws {
        let vault = try await DatabaseVault()
        // Opened before: such a trigger is refused at the start.
        let store = try await vault.open()
        try vault.sql(
            """
            CREATE FUNCTION keyturn.fail() RETURNS trigger LANGUAGE plpgsql AS \
            $$ BEGIN RAISE EXCEPTION 'as a test wants it' USING ERRCODE = '\(state)'; END $$; \
            CREATE TRIGGER fail BEFORE INSERT ON keyturn.app EXECUTE FUNCTION keyturn.fail()
            """)
        let error = try await storeError { try await store.put(.app("a")) }
        #expect(error.code == code, "\(error)")
        #expect(code == .library || error.hint != nil, "\(error)")
        #expect(try vault.apps == "")
        try await store.close()
    }

    @Test func `each limit is named when it is reached`() async throws {
        let vault = try await DatabaseVault()
        var limits = PostgreSQLLimits.short
        (limits.statement, limits.idle) = (.milliseconds(500), .milliseconds(200))
        let store = try await vault.open(limits)
        let other = try await vault.open()
        let locked = try await other.write { _ in
            try vault.cluster.sql("SELECT 1", in: "postgres")
            return try Self.failure(of: store)
        } committed: { _ in
        }
        #expect(locked.code == .unavailable && locked.detail.contains("locked the vault"), "\(locked)")
        let silent = try await storeError {
            try await store.write { transaction in
                try eventually("the server's patience to end") {
                    try vault.sessions("state = 'idle in transaction'") == 0
                }
                try transaction.put(.app("a"))
            } committed: {
            }
        }
        #expect(silent.code == .unavailable, "\(silent)")
        try vault.sql(
            """
            CREATE FUNCTION keyturn.wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NEW; END $$; \
            CREATE TRIGGER wait BEFORE INSERT ON keyturn.app FOR EACH ROW EXECUTE FUNCTION keyturn.wait()
            """)
        let slow = try await storeError { try await store.put(.app("a")) }
        #expect(slow.code == .unavailable && slow.detail.contains("cancelled a statement"), "\(slow)")
        try await store.close()
        try await other.close()
    }

    /// Waits for another store's error on a thread that may wait.
    private static func failure(of store: PostgreSQLStore) throws -> StoreError {
        let found = Recorder<StoreError>()
        Task { found.record(try await storeError { try await store.put(.app("x")) }) }
        return try eventually("the error") { found.all.first }
    }
}
