import Dispatch
import Domain
import PostgreSQLTestSupport
import TestSupport
import Testing
import Vault

@testable import VaultPostgreSQL

/// Who may change a vault in a database.
@Suite(.timeLimit(.minutes(2))) struct WriterLeaseTests {
    private static func row(_ node: String = "other", instance: String = "i", beat: Int = 1, age: Int) -> LeaseRow {
        LeaseRow(fence: 1, node: node, instance: instance, place: "host one", beat: beat, age: age)
    }

    @Test(arguments: [
        (row(age: 3), LeaseRow.Verdict.alive), (row(age: 19), .alive), (row(age: 20), .silent), (row(age: -3), .alive),
        (row(age: -7200), .silent), (row(instance: "", age: 3), .free), (row("mine", age: 3), .free),
    ])
    func
        `a holder counts as running until it was silent for four beats, and an earlier process of this host never does`(
            row: LeaseRow, verdict: LeaseRow.Verdict
        )
    {
        #expect(row.verdict(for: LeaseHolder(node: "mine", stateDirectory: "/state"), after: 20) == verdict)
    }

    private func limits(beat: Duration = .milliseconds(250)) -> PostgreSQLLimits {
        var limits = PostgreSQLLimits.short
        limits.beat = beat
        return limits
    }

    private func store(_ vault: DatabaseVault, _ node: String, _ limits: PostgreSQLLimits) throws -> PostgreSQLStore {
        let location = try PostgreSQLLocation(vault.cluster.url(vault.database))
        return PostgreSQLStore(
            ServerLogin(location: location, limits: limits),
            holder: LeaseHolder(node: node, stateDirectory: "/state/\(node)"))
    }

    @Test func `a second one is refused by name as long as the first one runs, and not once it has ended`() async throws
    {
        let vault = try await DatabaseVault()
        let first = try store(vault, "one", limits())
        try first.begin()
        let second = try store(vault, "two", limits())
        let error = try await storeError { try second.begin() }
        #expect(error.code == .inUse && error.detail.contains("/state/one"), "\(error)")
        #expect(error.hint?.contains("systemctl stop keyturnd") == true)
        try await Task.sleep(for: .seconds(2))
        let later = try store(vault, "two", limits())
        #expect(try await storeError { try later.begin() }.code == .inUse, "it says that it runs")
        try await first.put(.app("a"))
        try await first.close()
        let next = try store(vault, "two", limits())
        try next.begin()
        try await next.put(.app("b"))
        try await next.close()
        #expect(try vault.apps == "a,b")
    }

    @Test func `one that fell silent is replaced after a watch, and one that only seems silent is not`() async throws {
        let vault = try await DatabaseVault()
        let slow = try store(vault, "one", limits(beat: .seconds(60)))
        try slow.begin()
        try vault.sql("UPDATE keyturn.writer SET beaten_at = now() - interval '1 hour'")
        // Its clock is an hour off, and it runs.
        // On a thread of its own: those of tasks are few.
        DispatchQueue.global().async {
            _ = try? vault.sql(
                """
                DO $$BEGIN FOR i IN 1..2400 LOOP UPDATE keyturn.writer SET beat = beat + 1; COMMIT; \
                PERFORM pg_sleep(0.05); END LOOP; END$$
                """)
        }
        try await eventually("its beats") { Int(try vault.sql("SELECT beat FROM keyturn.writer")) ?? 0 > 3 }
        let early = try store(vault, "two", limits())
        #expect(try await storeError { try early.begin() }.code == .inUse)
        try vault.endSessions()
        let start = ContinuousClock.now
        let late = try store(vault, "two", limits())
        try late.begin()
        #expect(ContinuousClock.now - start >= .milliseconds(250), "it watched for a beat")
        try await late.close()
        try await slow.close()
    }

    @Test func `one that lost the right saves nothing more, says who has it, and stays so`() async throws {
        let vault = try await DatabaseVault()
        let first = try store(vault, "one", limits(beat: .seconds(60)))
        try first.begin()
        try await first.put(.app("a"))
        #expect(first.trouble == nil)
        // The same host, so that nobody waits: its first process is believed to be dead.
        let second = try store(vault, "one", limits(beat: .seconds(60)))
        try second.begin()
        for _ in 0..<2 {
            let error = try await storeError { try await first.put(.app("b")) }
            #expect(error.code == .inUse && error.detail.contains("has taken this vault over"), "\(error)")
        }
        guard case .superseded(let advice) = first.trouble else {
            throw Unexpected("\(String(describing: first.trouble))")
        }
        #expect(advice.detail.contains("/state/one") && advice.hint != nil)
        try await second.put(.app("c"))
        // It gives up nothing that is not its own.
        try await first.close()
        try await second.put(.app("d"))
        try await second.close()
        #expect(try vault.apps == "a,c,d")
    }

    @Test func `a beat finds out that the right is lost, without a change`() async throws {
        let vault = try await DatabaseVault()
        let first = try store(vault, "one", limits())
        try first.begin()
        let second = try store(vault, "one", limits())
        try second.begin()
        try await eventually("the first one to know") { first.trouble?.isForGood == true }
        #expect(second.trouble == nil)
        try await first.close()
        try await second.close()
    }

    @Test func `a change that waited for the lock of the next holder is not made`() async throws {
        let vault = try await DatabaseVault()
        var patient = limits(beat: .seconds(60))
        patient.lock = .seconds(30)
        patient.answer = .seconds(40)
        let store = try store(vault, "one", patient)
        try store.begin()
        try await store.put(.app("a"))
        DispatchQueue.global().async {
            _ = try? vault.sql(
                """
                BEGIN; SELECT FROM keyturn.vault FOR UPDATE; SELECT pg_sleep(6); \
                UPDATE keyturn.writer SET fence = fence + 1, node = 'two', instance = 'two', place = 'host two'; COMMIT
                """)
        }
        try await eventually("the next holder's lock") { try vault.sessions("wait_event = 'PgSleep'") == 1 }
        let error = try await storeError { try await store.put(.app("late")) }
        #expect(error.code == .inUse && error.detail.contains("host two"), "\(error)")
        #expect(try vault.apps == "a")
        try await store.close()
    }

    @Test func `a server that stops and comes back is said to be away for as long, and the right is kept`() async throws
    {
        let cluster = try PostgreSQLCluster()
        let vault = try await DatabaseVault(cluster)
        let store = try store(vault, "one", limits())
        try store.begin()
        try await store.put(.app("a"))
        try cluster.stop()
        // Until it has stopped, it may still say itself that it is shutting down.
        try await eventually("the beat to fail") {
            guard case .unavailable(let advice, _) = store.trouble else { return false }
            return advice.hint?.contains("pg_isready") == true
        }
        try cluster.start()
        try await eventually("the beat to be confirmed") { store.trouble == nil }
        try await store.put(.app("b"))
        try await store.close()
    }

    @Test func `a vault whose server is away is opened once it is there`() async throws {
        let cluster = try PostgreSQLCluster()
        let vault = try await DatabaseVault(cluster)
        try cluster.stop()
        let store = try store(vault, "one", limits())
        try store.begin()
        #expect(store.trouble != nil)
        #expect(try await storeError { try await store.put(.app("a")) }.code == .unavailable)
        try cluster.start()
        try await eventually("the vault to be opened") { store.trouble == nil }
        try await store.put(.app("b"))
        #expect(try vault.apps == "b")
        try await store.close()
    }

    @Test func `behind a server that does not answer, calls do not wait one after the other`() async throws {
        let vault = try await DatabaseVault()
        let relay = try Relay(to: vault.cluster.port)
        var limits = limits(beat: .seconds(60))
        (limits.answer, limits.connect, limits.pause) = (.seconds(2), .seconds(2), .seconds(60))
        let store = PostgreSQLStore(
            ServerLogin(
                location: try PostgreSQLLocation(vault.cluster.loopback(vault.database, port: relay.port)),
                limits: limits),
            holder: LeaseHolder(node: "one", stateDirectory: "/state"))
        try store.begin()
        relay.set(.blackHole)
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: StoreError.self) { group in
            for number in 0..<50 {
                group.addTask { try await storeError { try await store.put(.app("\(number)")) } }
            }
            for try await error in group { #expect(error.code == .unavailable) }
        }
        #expect(ContinuousClock.now - start < .seconds(60), "50 calls of two seconds each")
        relay.set(.pass)
        try await store.close()
    }
}
