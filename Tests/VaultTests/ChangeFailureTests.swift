import Domain
import SecretMemory
import TestSupport
import Testing

@testable import Vault

/// What the vault remembers of changes that failed.
@Suite struct ChangeFailureTests {
    private let store = MemoryStore()
    private let time = ManualTime()

    private func open() async throws -> Vault {
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        return try await Vault.open(store, with: .keyFile(), time: time)
    }

    @Test(arguments: [StoreError.Code.diskFull, .readOnly, .inputOutput, .inUse, .unavailable])
    func `a failure of the store is known until a change succeeds`(code: StoreError.Code) async throws {
        let vault = try await open()
        try await vault.add(.sample("one"))
        #expect(vault.changeFailure == nil)
        let since = time.now.wall
        store.failCommits(with: StoreError(code, "as a test wants it"))
        for _ in 0..<2 {
            await #expect(throws: VaultError.self) { try await vault.add(.sample("two", id: "2")) }
            time.pass(60)
        }
        #expect(vault.changeFailure?.error.code == .store(code) && vault.changeFailure?.since == since)
        store.failCommits(with: nil)
        try await vault.add(.sample("two", id: "2"))
        #expect(vault.changeFailure == nil)
    }

    @Test func `damage is known until the vault is opened again`() async throws {
        let vault = try await open()
        store.failCommits(with: StoreError(.damaged, "a page"))
        await #expect(throws: VaultError.self) { try await vault.add(.sample("one")) }
        store.failCommits(with: nil)
        try await vault.add(.sample("one"))
        #expect(vault.changeFailure?.error.code == .store(.damaged))
        store.failCommits(with: StoreError(.diskFull, "later"))
        await #expect(throws: VaultError.self) { try await vault.add(.sample("two", id: "2")) }
        #expect(vault.changeFailure?.error.code == .store(.damaged), "the worse one stays")
        #expect(try await Vault.open(store, with: .keyFile(), time: time).changeFailure == nil)
    }

    @Test func `a change that is refused for its own sake says nothing about the others`() async throws {
        let vault = try await open()
        await #expect(throws: VaultError.self) { try await vault.removeApp(.test("none")) }
        vault.close()
        await #expect(throws: VaultError.self) { try await vault.add(.sample("one")) }
        #expect(vault.changeFailure == nil)
    }

    @Test func `an hour without a change is ended by an empty one`() async throws {
        let vault = try await open()
        try await vault.add(.sample("one"))
        let commits = vault.commits
        await vault.proveChanges()
        time.pass(3599)
        await vault.proveChanges()
        #expect(vault.commits == commits)
        time.pass(1)
        store.failCommits(with: StoreError(.readOnly, "as a test wants it"))
        await vault.proveChanges()
        #expect(vault.changeFailure?.error.code == .store(.readOnly))
        store.failCommits(with: nil)
        await vault.proveChanges()
        #expect(vault.commits == commits, "once a minute after a failure")
        time.pass(60)
        await vault.proveChanges()
        #expect(vault.commits == commits + 1 && vault.changeFailure == nil)
    }

    @Test func `changes hang when some run and none ends for half a minute`() {
        var outcome = ChangeOutcome()
        #expect(outcome.stuck(1000) == nil)
        outcome.begin(1000)
        #expect(outcome.stuck(1029) == nil && outcome.stuck(1030) == 30)
        outcome.begin(1020)
        outcome.end(1031)
        #expect(outcome.stuck(1060) == nil && outcome.stuck(1061) == 30, "the other one still runs")
        outcome.end(1062)
        #expect(outcome.stuck(2000) == nil)
    }
}
