import Domain
import PostgreSQLTestSupport
import TestSupport
import Testing
import Vault

@testable import VaultPostgreSQL

/// Between the store and its server.
@Suite(.timeLimit(.minutes(2))) struct PathTests {
    @Test func `a path that swallows everything ends with our own limit, and the next call uses another connection`()
        async throws
    {
        let vault = try await DatabaseVault()
        let relay = try Relay(to: vault.cluster.port)
        var limits = PostgreSQLLimits.short
        (limits.answer, limits.connect) = (.milliseconds(400), .milliseconds(400))
        let store = try await vault.open(through: relay, limits)
        try await store.put(.app("a"))
        relay.set(.blackHole)
        let error = try await storeError { try await store.put(.app("b")) }
        #expect(error.code == .unavailable && error.detail.contains("did not answer within 0.4 s"), "\(error)")
        #expect(error.hint?.contains("pg_isready") == true)
        relay.set(.pass)
        try await store.put(.app("c"))
        #expect(try vault.apps == "a,c")
        try await store.close()
    }

    @Test func `a server that was restarted is found again, and nothing is lost`() async throws {
        let cluster = try PostgreSQLCluster()
        let vault = try await DatabaseVault(cluster)
        let store = try await vault.open(.short)
        try await store.put(.app("a"))
        try cluster.stop()
        let error = try await storeError { try await store.put(.app("b")) }
        #expect(error.code == .unavailable, "\(error)")
        try cluster.start()
        try await store.put(.app("c"))
        #expect(try await store.ids(in: .app) == ["a", "c"])
        try await store.close()
    }

    @Test func `of several hosts the first that accepts changes is used, and a standby alone is named`() async throws {
        let standby = try PostgreSQLCluster(settings: ["hot_standby = on"], files: ["standby.signal": ""])
        let vault = try await DatabaseVault()
        let dead = try Relay(to: 1)
        let url =
            "postgresql://postgres@127.0.0.1:\(dead.port),127.0.0.1:\(standby.port),127.0.0.1:\(vault.cluster.port)/"
            + vault.database
        let store = try await PostgreSQLStore.open(at: PostgreSQLLocation(url), limits: .short)
        try await store.put(.app("a"))
        try await store.close()
        let alone = try PostgreSQLLocation(standby.loopback("postgres"))
        let error = try await storeError { _ = try await PostgreSQLStore.open(at: alone) }
        #expect(error.code == .readOnly && error.detail.contains("standby"), "\(error)")
    }

    @Test func `an idle connection that the server ended costs nothing`() async throws {
        let vault = try await DatabaseVault()
        let store = try await vault.open()
        try await store.put(.app("a"))
        try vault.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'keyturnd' AND datname = current_database()"
        )
        try await store.put(.app("b"))
        #expect(try await store.ids(in: .app) == ["a", "b"])
        try await store.close()
    }

    @Test func `nothing is left in the server's session, and a commit is on its disk whatever the role's default is`()
        async throws
    {
        let vault = try await DatabaseVault()
        try vault.sql(
            "CREATE ROLE lax_\(vault.database) LOGIN SUPERUSER; ALTER ROLE lax_\(vault.database) SET synchronous_commit = off"
        )
        let store = try await PostgreSQLStore.open(
            at: PostgreSQLLocation(vault.cluster.url(vault.database, role: "lax_\(vault.database)")))
        let settings = [
            "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "synchronous_commit",
        ]
        let query =
            "SELECT string_agg(current_setting(s), ' ') FROM unnest('{\(settings.joined(separator: ","))}'::text[]) s"
        @Sendable func show(_ connection: PostgreSQLConnection) throws -> PostgreSQLValue {
            try connection.run(query) { result throws(PostgreSQLFailure) in try result.value(0, 0) }
        }
        let (within, after) = try await store.onQueue { session in
            let connection = try session.begin(.write, locking: CommitMark.lock)
            let within = try show(connection)
            session.rollBack(connection)
            return (within, try show(connection))
        }
        #expect(within == .text("10s 5s 15s on"))
        #expect(after == .text("0 0 0 off"))
        try await store.close()
    }
}
