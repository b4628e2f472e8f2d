import Domain
import SecretMemory
import TestSupport
import Testing

@testable import Vault

@Suite struct HistoryTests {
    @Test func `rotations of one second come in their order, whatever their IDs`() async throws {
        let (store, time) = (MemoryStore(), ManualTime())
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(store, with: .keyFile(), time: time)
        let app = App.sample("zoom")
        try await vault.add(app, clientSecret: SecretBox("s"))
        for (id, base, phase) in [("z", 1, RotationPhase.refused), ("m", 1, .retired), ("a", 2, .draining)] {
            var rotation = Rotation.planned(
                id: id, app: app, base: try #require(Generation(base)), trigger: .operator, overlap: 0,
                at: time.now.wall)
            try await vault.begin(rotation, of: app)
            time.pass(phase == .refused ? 0 : 1)
            rotation.phase = phase
            if phase.isFinal { rotation.endedAt = time.now.wall }
            try await vault.advance(rotation, of: app)
            if phase == .retired { time.setWall(by: -1) }
        }
        #expect(try await vault.rotations(of: app).map(\.id) == ["z", "m", "a"])
    }

    @Test func `a scheduled rotation that was refused is known until another replaced the secret, over restarts`()
        async throws
    {
        let (store, time) = (MemoryStore(), ManualTime())
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        var vault = try await Vault.open(store, with: .keyFile(), time: time)
        let app = App.sample("zoom")
        try await vault.add(app, clientSecret: SecretBox("s"))
        for (id, trigger, reason) in [
            ("a", RotationTrigger.schedule, "no"), ("b", .schedule, "no scope"), ("c", .operator, "x"),
        ] {
            time.pass(10)
            var rotation = Rotation.planned(
                id: id, app: app, base: .first, trigger: trigger, overlap: 0, at: time.now.wall)
            try await vault.begin(rotation, of: app)
            (rotation.phase, rotation.reason, rotation.endedAt) = (.refused, reason, time.now.wall)
            try await vault.advance(rotation, of: app)
        }
        #expect(vault.catalog.app(app.name)?.refusedRotation?.reason == "no scope")
        vault = try await Vault.open(store.reopened(), with: .keyFile(), time: time)
        #expect(vault.catalog.app(app.name)?.refusedRotation?.reason == "no scope")

        var next = Rotation.planned(id: "d", app: app, base: .first, trigger: .operator, overlap: 0, at: time.now.wall)
        try await vault.begin(next, of: app)
        next.phase = .current
        let new = Credential(
            generation: Generation.first.next, state: .current, clientSecret: SecretBox("t"), createdAt: time.now.wall)
        try await vault.promote(new, by: next, of: app)
        #expect(vault.catalog.app(app.name)?.refusedRotation == nil)
    }

    @Test(arguments: [RotationPhase.retired, .refused, .aborted])
    func `a rotation that is over does not continue`(end: RotationPhase) async throws {
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(store, with: .keyFile(), time: ManualTime())
        let app = App.sample("alpha")
        try await vault.add(app, clientSecret: SecretBox("s"))
        let open = Rotation.planned(
            id: "a", app: app, base: .first, trigger: .operator, overlap: 0, at: Timestamp(unixSeconds: 1))
        var ended = open
        (ended.phase, ended.endedAt, ended.reason) = (end, Timestamp(unixSeconds: 2), "over")
        try await vault.begin(open, of: app)
        try await vault.advance(ended, of: app)
        var next = open
        next.phase = .received
        let secret = Credential(
            generation: open.target, state: .current, clientSecret: SecretBox("t"), createdAt: Timestamp(unixSeconds: 3)
        )
        let other = Rotation.planned(
            id: "b", app: app, base: .first, trigger: .operator, overlap: 0, at: Timestamp(unixSeconds: 3))
        #expect(await Self.code { try await vault.advance(next, of: app) } == .ended)
        #expect(await Self.code { try await vault.promote(secret, by: next, of: app) } == .ended)
        #expect(await Self.code { try await vault.supersede(ended, by: other, of: app) } == .ended)
        #expect(await Self.code { try await vault.advance(other, of: app) } == .notFound)
        #expect(try await vault.rotations(of: app).map(\.phase) == [end])
        #expect(vault.catalog.app(app.name)?.rotation == nil)
    }

    private static func code(_ body: () async throws -> Void) async -> VaultError.Code? {
        do { try await body() } catch { return (error as? VaultError)?.code }
        return nil
    }
}
