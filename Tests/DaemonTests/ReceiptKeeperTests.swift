import Domain
import SecretMemory
import Synchronization
import TestSupport
import Testing
import Vault

@testable import Daemon

@Suite struct ReceiptKeeperTests {
    private let store = HeldStore()
    private let time = ManualTime()

    private func vault(apps: Int) async throws -> Vault {
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(store, with: .keyFile(), time: time)
        for number in 0..<apps { try await vault.add(.sample("app-\(number)"), clientSecret: SecretBox("secret")) }
        return vault
    }

    private func entry(_ vault: Vault, _ number: Int) throws -> AppEntry {
        try #require(vault.catalog.app(.test("app-\(number)")))
    }

    @Test func `fetches while the disk is busy are saved in one commit`() async throws {
        let vault = try await vault(apps: 300)
        let told = Recorder<Name>()
        let keeper = ReceiptKeeper(vault: vault, time: time) { told.record($0) }
        let before = store.base.commits
        store.hold()
        for number in 0..<300 {
            for _ in 0..<3 { keeper.fetched(try entry(vault, number), by: .test("one")) }
        }
        store.release()
        try await eventually("it to be told") { told.all.count == 300 }
        #expect(Set(told.all).count == 300)
        #expect(vault.catalog.entries.allSatisfy { $0.receipts[.test("one")]?.generation == .first })
        // The first is under way before the others come.
        #expect((1...2).contains(store.base.commits - before))

        for number in 0..<300 { keeper.fetched(try entry(vault, number), by: .test("one")) }
        #expect((1...2).contains(store.base.commits - before), "who has it costs nothing")
    }

    @Test func `a client's own report is saved, and an older one never replaces it`() async throws {
        let vault = try await vault(apps: 1)
        let told = Recorder<Name>()
        let keeper = ReceiptKeeper(vault: vault, time: time) { told.record($0) }
        store.hold()
        keeper.fetched(try entry(vault, 0), by: .test("one"))
        keeper.acknowledged(try entry(vault, 0), by: .test("one"), .first)
        keeper.fetched(try entry(vault, 0), by: .test("one"))
        store.release()
        try await eventually("the receipt") { (try? entry(vault, 0).receipts[.test("one")]?.isAcknowledged) == true }
    }

    @Test func `a known receipt is not written again`() async throws {
        let vault = try await vault(apps: 2)
        let told = Recorder<Name>()
        let keeper = ReceiptKeeper(vault: vault, time: time) { told.record($0) }
        let before = store.base.commits
        store.hold()
        keeper.acknowledged(try entry(vault, 0), by: .test("one"), .first)
        try await eventually("the first to be written") { store.isWaitedFor }
        keeper.acknowledged(try entry(vault, 0), by: .test("one"), .first)
        store.release()
        try await eventually("it to be told") { told.all.count == 1 }
        keeper.acknowledged(try entry(vault, 0), by: .test("one"), .first)
        // What is written is written in turn.
        keeper.acknowledged(try entry(vault, 1), by: .test("one"), .first)
        try await eventually("it to be told") { told.all.count > 1 }
        #expect(try told.all == [entry(vault, 0).app.name, entry(vault, 1).app.name])
        #expect(store.base.commits - before == 2)
    }

    @Test func `a receipt that could not be saved is recorded at the next fetch`() async throws {
        let vault = try await vault(apps: 1)
        let told = Recorder<Name>()
        let keeper = ReceiptKeeper(vault: vault, time: time) { told.record($0) }
        store.base.failCommits(with: StoreError(.diskFull, "no room"))
        keeper.fetched(try entry(vault, 0), by: .test("one"))
        try await eventually("it to be told") { told.all.count == 1 }
        #expect(try entry(vault, 0).receipts.isEmpty)
        store.base.failCommits(with: nil)
        try await eventually("the receipt") {
            keeper.fetched(try entry(vault, 0), by: .test("one"))
            return try entry(vault, 0).receipts[.test("one")] != nil
        }
    }
}

/// A store whose commits wait while it is held.
private final class HeldStore: SealedStore {
    let base = MemoryStore()
    private let waiting = Mutex<(isHeld: Bool, writers: [CheckedContinuation<Void, Never>])>((false, []))

    var isWaitedFor: Bool { waiting.withLock { !$0.writers.isEmpty } }

    func hold() { waiting.withLock { $0.isHeld = true } }

    func release() {
        let writers = waiting.withLock { state in
            defer { state = (false, []) }
            return state.writers
        }
        for writer in writers { writer.resume() }
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result,
        committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result {
        await withCheckedContinuation { continuation in
            let isHeld = waiting.withLock { state in
                if state.isHeld { state.writers.append(continuation) }
                return state.isHeld
            }
            if !isHeld { continuation.resume() }
        }
        return try await base.write(body, committed: committed)
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result { try await base.read(body) }

    func acquireLease(_ name: String, holder: String, now: Timestamp, expiry: Timestamp) async throws -> Int? {
        try await base.acquireLease(name, holder: holder, now: now, expiry: expiry)
    }

    func releaseLease(_ name: String, holder: String) async throws {
        try await base.releaseLease(name, holder: holder)
    }

    func close() async throws { try await base.close() }
}
