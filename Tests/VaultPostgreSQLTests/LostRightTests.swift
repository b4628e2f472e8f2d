import Domain
import PostgreSQLTestSupport
import Synchronization
import TestSupport
import Testing
import Vault

@testable import VaultPostgreSQL

/// A right to change a vault that a process lost, or never had for certain.
@Suite(.timeLimit(.minutes(2))) struct LostRightTests {
    private let vault: DatabaseVault

    init() async throws { vault = try await DatabaseVault() }

    private func login(through relay: Relay? = nil, beat: Duration = .milliseconds(250)) throws -> ServerLogin {
        var limits = PostgreSQLLimits.short
        limits.beat = beat
        let port = relay?.port ?? vault.cluster.port
        return ServerLogin(
            location: try PostgreSQLLocation(vault.cluster.loopback(vault.database, port: port)), limits: limits)
    }

    private func store(_ node: String, _ login: ServerLogin) -> PostgreSQLStore {
        PostgreSQLStore(login, holder: LeaseHolder(node: node, stateDirectory: "/state/\(node)"))
    }

    private var fence: String { get throws { try vault.sql("SELECT fence FROM keyturn.writer") } }

    /// By what finds it first: a beat, or a change.
    @Test(arguments: [Duration.milliseconds(250), .seconds(60)], ["fence - 1", "fence"])
    func `a database put back to before this process is told from one that another process took`(
        beat: Duration, fence: String
    ) async throws {
        let store = store("one", try login(beat: beat))
        try store.begin()
        try await store.put(.app("a"))
        try vault.sql("UPDATE keyturn.writer SET fence = \(fence), node = 'old', instance = 'old', place = 'host one'")
        if beat < .seconds(1) {
            try await eventually("a beat to notice") { store.trouble?.isForGood == true }
        } else {
            let error = try await storeError { try await store.put(.app("b")) }
            #expect(error.code == .rolledBack && error.detail.contains("has lost changes"), "\(error)")
            #expect(error.hint?.hasPrefix("do not restart keyturnd") == true, "\(error)")
        }
        guard case .rolledBack(let advice) = store.trouble else {
            throw Unexpected("\(String(describing: store.trouble))")
        }
        #expect(advice.detail.contains("has lost changes"), "\(advice)")
        #expect(advice.hint?.hasPrefix("do not restart keyturnd") == true, "\(advice)")
        // What it meets later changes nothing of that.
        try vault.sql("UPDATE keyturn.writer SET fence = 99, node = 'new', instance = 'new', place = 'host two'")
        _ = try await storeError { try await store.put(.app("c")) }
        #expect(store.trouble == .rolledBack(advice))
        #expect(!store.isCertainlyOurs)
        try await store.close()
        #expect(try vault.apps == "a")
    }

    @Test(arguments: [Relay.Rule.loseCommit, .loseAnswer])
    func `a right whose commit was not confirmed is not held, and is taken again`(rule: Relay.Rule) async throws {
        let relay = try Relay(to: vault.cluster.port)
        let condition = StoreCondition()
        let lease = WriterLease(try login(through: relay), LeaseHolder(node: "one", stateDirectory: "/s"), condition)
        relay.set(rule)
        let error = try await storeError { try lease.acquire() }
        #expect(error.code == .unavailable && lease.number == nil && !lease.isCertain, "\(error)")
        let isThere = if case .loseAnswer = rule { true } else { false }
        #expect(try fence == (isThere ? "1" : "0"))
        try lease.acquire()
        #expect(try lease.number == (isThere ? 2 : 1) && fence == "\(lease.number ?? 0)" && lease.isCertain)
        lease.end()
    }

    @Test func `a store whose right was not confirmed saves what it is given later`() async throws {
        let relay = try Relay(to: vault.cluster.port)
        let store = store("one", try login(through: relay, beat: .seconds(60)))
        relay.set(.loseCommit)
        try store.begin()
        #expect(store.trouble != nil && !store.isCertainlyOurs)
        try await store.put(.app("a"))
        #expect(try store.isCertainlyOurs && vault.apps == "a" && fence == "1")
        try await store.close()
    }

    @Test func `one that was refused the right while it waited never takes it unasked`() async throws {
        let relay = try Relay(to: vault.cluster.port)
        let second = store("two", try login(through: relay))
        relay.set(.blackHole)
        try second.begin()
        #expect(second.trouble != nil, "its server is away")
        let first = store("one", try login())
        try first.begin()
        relay.set(.pass)
        try await eventually("the refusal") { second.trouble?.isForGood == true }
        guard case .superseded(let advice) = second.trouble else {
            throw Unexpected("\(String(describing: second.trouble))")
        }
        #expect(advice.detail.contains("/state/one"), "\(advice)")
        #expect(advice.hint?.contains("systemctl restart keyturnd") == true, "\(advice)")
        try await first.close()
        #expect(try vault.sql("SELECT instance FROM keyturn.writer") == "", "nobody has it")
        let error = try await storeError { try await second.put(.app("late")) }
        #expect(error.code == .inUse, "\(error)")
        #expect(try vault.sql("SELECT fence || instance FROM keyturn.writer") == "1" && vault.apps == "")
        try await second.close()
    }

    @Test func `after a pause the right is not certain before the next beat`() throws {
        let now = Mutex(Duration.seconds(100))
        let lease = WriterLease(
            try login(beat: .seconds(5)), LeaseHolder(node: "one", stateDirectory: "/s"), StoreCondition()
        ) { now.withLock { $0 } }
        #expect(!lease.isCertain, "it has none")
        try lease.acquire()
        for (seconds, isCertain) in [(100, true), (119, true), (120, false), (4000, false)] {
            now.withLock { $0 = .seconds(seconds) }
            #expect(lease.isCertain == isCertain, "\(seconds)")
        }
        lease.end()
        now.withLock { $0 = .seconds(100) }
        #expect(!lease.isCertain, "it gave it up")
    }

    @Test func `a server without room for the right itself is waited for`() async throws {
        try vault.sql(
            """
            CREATE FUNCTION public.no_room(bigint) RETURNS boolean LANGUAGE plpgsql AS \
            $$BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END$$; \
            ALTER TABLE keyturn.writer ADD CONSTRAINT no_room CHECK (public.no_room(fence)) NOT VALID
            """)
        let store = store("one", try login())
        try store.begin()
        guard case .unavailable(let advice, _) = store.trouble else {
            throw Unexpected("\(String(describing: store.trouble))")
        }
        #expect(advice.detail.contains("is full") && advice.hint?.contains("free some space") == true, "\(advice)")
        try vault.sql("ALTER TABLE keyturn.writer DROP CONSTRAINT no_room")
        try await eventually("the right") { store.isCertainlyOurs && store.trouble == nil }
        try await store.close()
    }
}
