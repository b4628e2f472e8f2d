import Domain
import SecretMemory
import Synchronization
import TestSupport
import Testing

@testable import Vault

@Suite struct ObservingTests {
    @Test func `an observer is notified of each change after it shows, and of nothing else`() async throws {
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(store, with: .keyFile(), time: ManualTime())
        let seen = Recorder<(CatalogChange, generation: Int?, clients: Int)>()
        vault.catalog.observe { [catalog = vault.catalog] change in
            seen.record((change, catalog.app(.test("zoom"))?.credential.generation.number, catalog.clients.count))
        }
        let app = App.sample("zoom")
        try await vault.add(app, clientSecret: SecretBox("s"))
        try await vault.add(.sample("one"))
        _ = try? await vault.add(.sample("one"))
        try await vault.removeClient(.test("one"))
        try await vault.removeApp(app.name)
        #expect(
            seen.all.map(\.0) == [.app(app.name), .policies, .policies, .app(app.name)],
            "what failed changed nothing")
        #expect(seen.all.map(\.generation) == [1, 1, 1, nil])
        #expect(seen.all.map(\.clients) == [0, 1, 0, 0])
    }

    @Test func `a promotion shows the secret, the one before and the rotation at once, and is notified once`()
        async throws
    {
        let (store, time) = (MemoryStore(), ManualTime())
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(store, with: .keyFile(), time: time)
        let app = App.sample("zoom")
        try await vault.add(app, clientSecret: SecretBox("s"))
        var rotation = Rotation.planned(
            id: "r", app: app, base: .first, trigger: .operator, overlap: 60, at: time.now.wall)
        try await vault.begin(rotation, of: app)
        let (seen, moves) = (Recorder<[String?]>(), Recorder<RotationPhase>())
        vault.catalog.observe { [catalog = vault.catalog] _ in
            let entry = catalog.app(app.name)
            seen.record([
                entry?.credential.clientSecret.text, entry?.previous?.clientSecret.text,
                entry?.rotation?.phase.rawValue,
            ])
        }
        vault.catalog.observeRotations { moves.record($0.rotation.phase) }
        rotation.phase = .current
        let new = Credential(
            generation: rotation.target, state: .current, clientSecret: SecretBox("new"), createdAt: time.now.wall)
        try await vault.promote(new, by: rotation, of: app)
        #expect(seen.all == [["new", "s", "current"]])
        #expect(moves.all == [.current])
    }
}
