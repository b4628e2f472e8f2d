import Domain
import SecretMemory
import Synchronization
import TestSupport
import Testing
import Vault

@testable import Daemon

@Suite struct ReceiptKeeperTests {
    private static let holder = Holder(node: .first, client: .test("one"))
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
        #expect(vault.catalog.entries.allSatisfy { $0.receipts[Self.holder]?.generation == .first })
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
        keeper.reported(try entry(vault, 0), by: .test("one"), .first, isAcknowledged: true)
        keeper.fetched(try entry(vault, 0), by: .test("one"))
        store.release()
        try await eventually("the receipt") { (try? entry(vault, 0).receipts[Self.holder]?.isAcknowledged) == true }
    }

    @Test func `a report is of the secret that the client last fetched under that number`() async throws {
        let vault = try await vault(apps: 1)
        let keeper = ReceiptKeeper(vault: vault, time: time) { _ in }
        let other = Receipt(
            holder: Self.holder, generation: .first, secret: "another", at: time.now.wall, isAcknowledged: false)
        try await vault.save([(try entry(vault, 0).app, other)])
        // It has the number of the present secret, and another secret.
        keeper.reported(try entry(vault, 0), by: .test("one"), .first, isAcknowledged: true)
        try await eventually("the report") { try entry(vault, 0).receipts[Self.holder]?.isAcknowledged == true }
        #expect(try entry(vault, 0).receipts[Self.holder]?.secret == "another")

        keeper.fetched(try entry(vault, 0), by: .test("one"))
        keeper.reported(try entry(vault, 0), by: .test("one"), .first, isAcknowledged: true)
        try await eventually("the present one") {
            let entry = try entry(vault, 0)
            return entry.receipts[Self.holder].map { entry.isCurrent($0) && $0.isAcknowledged } == true
        }
        // A client that was never seen to fetch: by its number alone.
        keeper.reported(try entry(vault, 0), by: .test("two"), .first)
        try await eventually("the other client") { try entry(vault, 0).receipts.count == 2 }
        #expect(try entry(vault, 0).receipts.values.allSatisfy { try entry(vault, 0).isCurrent($0) })
    }

    @Test func `a known receipt is not written again`() async throws {
        let vault = try await vault(apps: 2)
        let told = Recorder<Name>()
        let keeper = ReceiptKeeper(vault: vault, time: time) { told.record($0) }
        let before = store.base.commits
        store.hold()
        keeper.reported(try entry(vault, 0), by: .test("one"), .first, isAcknowledged: true)
        try await eventually("the first to be written") { store.isWaitedFor }
        keeper.reported(try entry(vault, 0), by: .test("one"), .first, isAcknowledged: true)
        store.release()
        try await eventually("it to be told") { told.all.count == 1 }
        keeper.reported(try entry(vault, 0), by: .test("one"), .first, isAcknowledged: true)
        // What is written is written in turn.
        keeper.reported(try entry(vault, 1), by: .test("one"), .first, isAcknowledged: true)
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
            return try entry(vault, 0).receipts[Self.holder] != nil
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

    func close() async throws { try await base.close() }
}
