import Domain
import PostgreSQLTestSupport
import TestSupport
import Testing
import Vault

@testable import VaultPostgreSQL

/// A commit whose answer was lost is found, or is found missing, or is in doubt; and nothing happens while it is.
@Suite(.timeLimit(.minutes(2))) struct CommitFateTests {
    @Test func `a commit whose answer was lost is found, and published once`() async throws {
        let vault = try await DatabaseVault()
        let relay = try Relay(to: vault.cluster.port)
        let store = try await vault.open(through: relay)
        let published = Recorder<Int>()
        relay.set(.loseAnswer)
        try await store.put(.app("a"), committed: { published.record(1) })
        #expect(published.count == 1)
        #expect(relay.connections == 2, "it looked on a new connection")
        #expect(try vault.apps == "a")
        try await store.put(.app("b"), committed: { published.record(2) })
        #expect(published.all == [1, 2])
        try await store.close()
    }

    @Test func `a commit that never arrived is found missing`() async throws {
        let vault = try await DatabaseVault()
        let relay = try Relay(to: vault.cluster.port)
        let store = try await vault.open(through: relay)
        relay.set(.loseCommit)
        let error = try await storeError { try await store.put(.app("a"), committed: { Issue.record("published") }) }
        #expect(error.code == .unavailable && error.detail.contains("was not saved"), "\(error)")
        #expect(try await store.settle() == .committed, "nothing is in doubt")
        #expect(try vault.apps == "")
        try await store.put(.app("b"))
        #expect(try vault.apps == "b")
        try await store.close()
    }

    @Test func `while the lost transaction holds the lock its fate is unknown, and nothing happens`() async throws {
        let vault = try await DatabaseVault()
        let relay = try Relay(to: vault.cluster.port)
        let store = try await vault.open(through: relay)
        relay.set(.holdCommit)
        let error = try await storeError { try await store.put(.app("a"), committed: { Issue.record("published") }) }
        #expect(error.code == .undecided, "\(error)")
        #expect(try await store.settle() == .unknown)
        #expect(try await storeError { try await store.put(.app("b")) }.code == .undecided)
        #expect(try await storeError { _ = try await store.ids(in: .app) }.code == .undecided)
        relay.release()
        try await eventually("its fate") { try await store.settle() != .unknown }
        #expect(try await store.ids(in: .app) == [])
        try await store.put(.app("b"))
        #expect(try vault.apps == "b")
        try await store.close()
    }

    @Test(arguments: [false, true])
    func `a commit that waits for a standby that is gone is in doubt until a standby, or nobody, must confirm it`(
        isCancelled: Bool
    ) async throws {
        let cluster = try PostgreSQLCluster()
        let vault = try await DatabaseVault(cluster)
        let store = try await vault.open(.short)
        try await store.put(.app("a"))
        try cluster.sql("ALTER SYSTEM SET synchronous_standby_names = 'gone'", in: "postgres")
        try cluster.sql("SELECT pg_reload_conf()", in: "postgres")
        try await eventually("the setting") {
            try cluster.sql("SHOW synchronous_standby_names", in: "postgres") == "gone"
        }
        let published = Recorder<Int>()
        if isCancelled {
            // The server then reports success, with a warning.
            let waiting = "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
            async let outcome = storeError { try await store.put(.app("b"), committed: { published.record(1) }) }
            try await eventually("the wait for the standby") { try cluster.sql(waiting, in: "postgres") != "0" }
            let error = try await outcome
            #expect(error.code == .undecided, "\(error)")
        } else {
            let error = try await storeError { try await store.put(.app("b"), committed: { published.record(1) }) }
            #expect(error.code == .undecided, "\(error)")
        }
        #expect(try await store.settle() == .unknown)
        #expect(try await storeError { try await store.put(.app("c")) }.code == .undecided)
        #expect(published.count == 0)
        try cluster.sql("ALTER SYSTEM RESET synchronous_standby_names", in: "postgres")
        try cluster.sql("SELECT pg_reload_conf()", in: "postgres")
        try await eventually("its fate") { try await store.settle() == .committed }
        #expect(published.count == 1)
        #expect(try await store.ids(in: .app) == ["a", "b"])
        try await store.close()
    }

    @Test func `what the last holder of the lock committed is what a change reads`() async throws {
        let vault = try await DatabaseVault()
        let (first, second) = (try await vault.open(), try await vault.open())
        try await first.put(.app("fence", [1]))
        // Holds the lock until the other one waits for it.
        async let successor: Void = first.write { transaction in
            try eventually("somebody who waits") {
                try vault.sessions("wait_event_type = 'Lock'") > 0
            }
            try transaction.put(.app("fence", [2]))
        } committed: { _ in
        }
        try await eventually("the lock") {
            try vault.sessions("state = 'idle in transaction'") > 0
        }
        let seen = try await second.write {
            try $0.row(in: .app, id: "fence")?.sealed
        } committed: { _ in
        }
        try await successor
        #expect(seen == [2])
        try await first.close()
        try await second.close()
    }

    @Test func `a read sees one state, whatever is committed beside it`() async throws {
        let vault = try await DatabaseVault()
        let (reader, writer) = (try await vault.open(), try await vault.open())
        try await writer.put(.app("one", [1]), .app("two", [1]))
        let seen = try await reader.read { transaction in
            let one = try transaction.row(in: .app, id: "one")?.sealed
            try vault.sql("UPDATE keyturn.app SET sealed = '\\x02'")
            return [one, try transaction.row(in: .app, id: "two")?.sealed]
        }
        #expect(seen == [[1], [1]])
        #expect(try await reader.read { try $0.row(in: .app, id: "two")?.sealed } == [2])
        try await reader.close()
        try await writer.close()
    }
}
