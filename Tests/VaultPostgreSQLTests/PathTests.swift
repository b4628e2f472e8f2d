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
        #expect(error.hint?.contains("pg_isready -h 127.0.0.1 -p \(relay.port)") == true)
        relay.set(.pass)
        try await store.put(.app("c"))
        let within = try await storeError {
            try await store.write { transaction in
                try transaction.put(.app("d"))
                relay.set(.blackHole)
                try transaction.put(.app("e"))
            } committed: {
                Issue.record("published")
            }
        }
        #expect(within.code == .unavailable && within.detail.contains("did not answer within 0.4 s"), "\(within)")
        relay.set(.pass)
        // Until the server notices that the client is gone, its transaction holds the lock.
        try await eventually("the lock") { try vault.sessions("state = 'idle in transaction'") == 0 }
        try await store.put(.app("f"))
        #expect(try vault.apps == "a,c,f")
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
        try vault.endSessions()
        try await store.put(.app("b"))
        #expect(try await store.ids(in: .app) == ["a", "b"])
        try await store.close()
    }

    @Test(arguments: [false, true])
    func `a transaction whose session the server ended leaves nothing, and the next one is saved`(isLast: Bool)
        async throws
    {
        let vault = try await DatabaseVault()
        let store = try await vault.open()
        let error = try await storeError {
            try await store.write { transaction in
                try transaction.put(.app("a"))
                try transaction.put(.link())
                try vault.endSessions()
                if !isLast { try transaction.put(.app("b")) }
            } committed: {
                Issue.record("published")
            }
        }
        #expect(error.code == .unavailable && error.hint != nil, "\(error)")
        #expect(error.detail.contains(isLast ? "was not saved" : "is not available"), "\(error)")
        #expect(try vault.apps == "")
        try await store.put(.app("c"))
        #expect(try vault.apps == "c")
        try await store.close()
    }

    @Test func `a server without a free connection is named, and used once there is one`() async throws {
        let vault = try await DatabaseVault()
        try vault.sql("CREATE ROLE few LOGIN CONNECTION LIMIT 2")
        try vault.sql("GRANT USAGE ON SCHEMA keyturn TO few; GRANT ALL ON ALL TABLES IN SCHEMA keyturn TO few")
        let location = try PostgreSQLLocation(vault.cluster.url(vault.database, role: "few"))
        let (first, second) = (
            try await PostgreSQLStore.open(at: location), try await PostgreSQLStore.open(at: location)
        )
        let error = try await storeError { try await PostgreSQLStore.open(at: location).close() }
        #expect(error.code == .unavailable && error.detail.contains("has no connection left"), "\(error)")
        #expect(error.hint?.contains("pg_stat_activity") == true)
        try await first.close()
        try await eventually("the place") { try vault.sessions("usename = 'few'") == 1 }
        let third = try await PostgreSQLStore.open(at: location)
        try await third.put(.app("a"))
        try await second.close()
        try await third.close()
    }

    @Test func `a database that accepts no changes is refused at the start, and named when it becomes so`() async throws
    {
        let vault = try await DatabaseVault()
        let store = try await vault.open()
        try await store.put(.app("a"))
        try vault.sql("ALTER DATABASE \(vault.database) SET default_transaction_read_only = on")
        let refused = try await storeError { try await vault.open().close() }
        #expect(refused.code == .readOnly && refused.detail.contains("default_transaction_read_only"), "\(refused)")
        #expect(refused.hint?.contains("ALTER DATABASE \(vault.database) SET") == true)
        try vault.endSessions()
        #expect(try await storeError { try await store.put(.app("b")) } == refused)
        try vault.cluster.sql("ALTER DATABASE \(vault.database) RESET default_transaction_read_only", in: "postgres")
        try await store.put(.app("c"))
        #expect(try vault.apps == "a,c")
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
