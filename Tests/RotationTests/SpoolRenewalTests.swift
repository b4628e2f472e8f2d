import Domain
import Rotation
import SecretMemory
import TestSupport
import Testing
import Vault

/// Answers in the spool, after the vault's keys have changed.
@Suite struct SpoolRenewalTests {
    private let time = ManualTime()
    private let spool = MemorySpool()
    private let store = MemoryStore()
    private let vault: Vault
    private let engine: RotationEngine
    private let app = App.sample("zoom")

    init() async throws {
        try await Vault.create(in: store, unlockKeys: [.keyFile(), .keyFile("j")], at: time.now.wall)
        vault = try await Vault.open(store, with: .keyFile(), time: time)
        try await vault.add(app, clientSecret: SecretBox("old"))
        var rotation = Rotation.planned(
            id: "r1", app: app, base: .first, trigger: .operator, overlap: 0, at: time.now.wall)
        rotation.calls = [Rotation.Call(id: "c1", at: time.now.wall)]
        try await vault.begin(rotation, of: app)
        let zoom = FakeZoom(secret: "old", manners: .init(), time: time, fate: Fate(diesAt: nil))
        engine = RotationEngine(vault: vault, issuer: zoom, spool: spool, time: time, note: { _ in })
        spool.plant(
            try SpoolEntry(SecretBox("the answer"), to: rotation, of: app, at: time.now.wall, for: vault).encoded)
    }

    private func answer(_ way: UnlockKey) async throws -> String? {
        let file = try #require(spool.all.first)
        do throws(VaultError) { return try await SpoolEntry(reading: file.bytes).open(with: way).answer.text } catch {
            #expect(error.code == .wrongKey)
            return nil
        }
    }

    @Test func `a file that is up to date is left alone`() async throws {
        let before = spool.all
        #expect(await engine.renewSpool() && spool.all == before)
    }

    @Test func `an unlock key that was removed opens no answer, and a new one does`() async throws {
        _ = try await vault.addUnlockMethod(.keyFile("n"), at: time.now.wall)
        try await vault.removeUnlockMethod("1")
        #expect(await engine.renewSpool() && spool.all.count == 1)
        #expect(try await [answer(.keyFile()), answer(.keyFile("j"))] == [nil, "the answer"])
        #expect(try await answer(.keyFile("n")) == "the answer")
    }

    @Test func `the old epoch can go: the answer opens with the vault's new key`() async throws {
        try await vault.beginEpoch()
        var cursor: ResealCursor? = ResealCursor()
        while let from = cursor { cursor = try await vault.reseal(from: from, limit: 100).next }
        #expect(await engine.renewSpool())
        try await vault.dropOldEpochs()
        let file = try #require(spool.all.first)
        #expect(try SpoolEntry(reading: file.bytes).open(by: vault).answer.text == "the answer")
        #expect(try await answer(.keyFile("j")) == "the answer")
    }

    @Test func `a file that cannot be written yet is reported, and the old one stays`() async throws {
        _ = try await vault.addUnlockMethod(.keyFile("n"), at: time.now.wall)
        let before = spool.all
        spool.fail(with: StoreError(.diskFull, "full"))
        #expect(await engine.renewSpool() == false)
        spool.fail(with: nil)
        #expect(spool.all == before)
        #expect(await engine.renewSpool())
        #expect(try await answer(.keyFile("n")) == "the answer")
    }

    @Test func `where there is no room for the new one the old one stays`() async throws {
        _ = try await vault.addUnlockMethod(.keyFile("n"), at: time.now.wall)
        let before = spool.all
        spool.fill(true)
        #expect(await engine.renewSpool() == false)
        #expect(spool.all == before)
        spool.fill(false)
        #expect(await engine.renewSpool() && spool.all.count == 1)
        #expect(try await answer(.keyFile("n")) == "the answer")
    }

    @Test func `a file that is not ours stays as it is`() async throws {
        let strange = Array("KTSPOOL1".utf8) + [1, 0, 0, 0, 1, 7]
        spool.plant(strange)
        _ = try await vault.addUnlockMethod(.keyFile("n"), at: time.now.wall)
        #expect(await engine.renewSpool() && spool.all.contains { $0.bytes == strange })
    }
}
