import Audit
import Domain
import SecretMemory
import Synchronization
import TestSupport
import Testing

@testable import Vault

/// Events that travel with the commits that they tell of.
@Suite struct OutboxTests {
    /// A log that is told of commits, and whose disk is as far as the test says.
    private final class FakeLog: ChangeLog {
        let told = Recorder<AuditEntry>()
        let position = Mutex<LogPosition?>(nil)
        var durable: LogPosition? { position.withLock { $0 } }
        func enqueue(_ entry: AuditEntry) { told.record(entry) }
        func isDurable(through commit: Int) {
            position.withLock { $0 = LogPosition(head: AuditHead(sequence: commit, code: LineCode()), commit: commit) }
        }
    }

    private let place: TemporaryDirectory
    private let time = ManualTime()
    private let store = MemoryStore()
    private let log = FakeLog()

    init() async throws {
        place = try TemporaryDirectory()
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
    }

    private func open() async throws -> Vault {
        let vault = try await Vault.open(
            store.reopened(), with: .keyFile(), log: LogDirectory(path: place.path + "/audit"), time: time)
        vault.attach(log)
        return vault
    }

    private func event(_ name: String) -> AuditEvent {
        AuditEvent(.init("client.add"), .done, [("client", .text(name))])
    }

    /// What the next process would find.
    private func unlogged(_ vault: Vault) async throws -> AuditBacklog {
        let copy = try #require(vault.store as? MemoryStore).reopened()
        return try await Vault.open(
            copy, with: .keyFile(), log: LogDirectory(path: place.path + "/audit"), time: time
        ).unlogged
    }

    @Test func `an event is in the vault with its change, and reported once it is durable`() async throws {
        let vault = try await open()
        try await vault.add(.sample("one"), recording: event("one"))
        try await vault.add(.sample("two"))
        try await vault.add(.sample("three"), recording: event("three"))
        let expected = [
            AuditEntry(event("one"), at: time.now.wall, commit: 1),
            AuditEntry(event("three"), at: time.now.wall, commit: 3),
        ]
        #expect(log.told.all == expected)
        #expect(try await unlogged(vault).entries == expected)
    }

    @Test func `a change that fails leaves no event`() async throws {
        let vault = try await open()
        try await vault.add(.sample("one"), recording: event("one"))
        await #expect(throws: VaultError.self) { try await vault.add(.sample("one"), recording: event("one")) }
        let disk = try #require(vault.store as? MemoryStore)
        disk.failCommits(with: StoreError(.diskFull, "full"))
        await #expect(throws: VaultError.self) { try await vault.add(.sample("two"), recording: event("two")) }
        disk.failCommits(with: nil)
        #expect(log.told.count == 1)
        #expect(try await unlogged(vault).entries.count == 1)
    }

    @Test func `only events that are on disk in the log are dropped by the next commit`() async throws {
        let vault = try await open()
        for name in ["one", "two", "three"] { try await vault.add(.sample(name), recording: event(name)) }
        log.isDurable(through: 2)
        #expect(try await unlogged(vault).entries.map(\.commit) == [1, 2, 3])
        try await vault.add(.sample("four"))
        #expect(try await unlogged(vault).entries.map(\.commit) == [3])
        log.isDurable(through: 3)
        try await vault.saveAuditHead()
        #expect(try await unlogged(vault).isEmpty)
        #expect(vault.auditHead.sequence == 3)
    }

    @Test func `however long the log cannot be written, the row's size stays bounded`() async throws {
        let vault = try await open()
        let reason = String(repeating: "x", count: 2000)
        for number in 0..<60 { try await vault.add(.sample("c\(number)"), recording: event(reason)) }
        let found = try await unlogged(vault)
        #expect((25...33).contains(found.entries.count))
        #expect(found.loss?.commit == 60 && found.entries.count + (found.loss?.events ?? 0) == 60)
        log.isDurable(through: 60)
        try await vault.saveAuditHead()
        #expect(try await unlogged(vault).isEmpty)
    }

    @Test func `each step of a rotation has an event, and a check that changes nothing has none`() async throws {
        let vault = try await open()
        let app = App.sample("zoom")
        try await vault.add(app, clientSecret: SecretBox("old"))
        var rotation = Rotation.planned(
            id: "r", app: app, base: .first, trigger: .schedule, overlap: 60, at: time.now.wall)
        try await vault.begin(rotation, of: app)
        rotation.due = time.now.wall + 60
        try await vault.advance(rotation, of: app)
        rotation.phase = .blocked
        rotation.reason = "because"
        try await vault.advance(rotation, of: app)
        let texts = log.told.all.map(\.event.text)
        #expect(texts.count == 2)
        #expect(
            texts.first?.contains(#""action":"rotation.planned","outcome":"done","app":"zoom","rotation":"r""#) == true)
        #expect(
            texts.last?.contains(#""action":"rotation.blocked""#) == true && texts.last?.contains("because") == true)
        try await vault.advance(rotation, of: app) { _ in self.event("operator") }
        #expect(log.told.all.last?.event == event("operator"))
    }

    @Test func `without a log no events are stored`() async throws {
        let vault = try await Vault.open(store, with: .keyFile(), time: time)
        try await vault.add(.sample("one"), recording: event("one"))
        #expect(try await unlogged(vault).isEmpty)
    }
}
