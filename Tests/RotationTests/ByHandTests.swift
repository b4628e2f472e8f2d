import Domain
import Rotation
import SecretMemory
import TestSupport
import Testing
import Vault

/// Secrets that the operator made in the Marketplace.
@Suite struct ByHandTests {
    @Test func `a request that carries a rotation to its end at once is answered with that rotation`() async throws {
        let (time, disk) = (ManualTime(), MemoryStore())
        try await Vault.create(in: disk, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(disk, with: .keyFile(), time: time)
        try await vault.add(.sample("zoom"), clientSecret: SecretBox("old"))
        let manners = FakeZoom.Manners(responses: [.lost], secondNew: .adds)
        let zoom = FakeZoom(secret: "old", manners: manners, time: time, fate: Fate(diesAt: nil))
        let engine = RotationEngine(
            vault: vault, issuer: zoom, timing: .unhurried, time: time, random: { $0.upperBound }, note: { _ in })
        let begun = try await engine.rotate(.test("zoom"), trigger: .operator, overlap: 0, id: "r1")
        #expect(begun.phase == .lostResponse)

        time.pass(1000)
        zoom.regenerate(keeping: "old", until: time.now.wall + 86_400 * 30)
        let new = "new-\(begun.calls.count + 1)"
        let ended = try await engine.rotate(
            .test("zoom"), trigger: .manual, overlap: nil, secret: SecretBox(new), id: "r2")
        #expect(ended.id == "r1" && ended.phase == .retired)
        #expect(vault.catalog.app(.test("zoom"))?.credential.clientSecret.text == new)
    }

    @Test(arguments: [true, false])
    func `a secret that Zoom refused is over when the new one becomes current`(isRefused: Bool) async throws {
        let (time, disk) = (ManualTime(), MemoryStore())
        try await Vault.create(in: disk, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(disk, with: .keyFile(), time: time)
        let app = App.sample("zoom")
        try await vault.add(app, clientSecret: SecretBox("old"))
        if isRefused { try await vault.save(Refusals.sample([time.now.wall]), for: app) }
        let zoom = FakeZoom(secret: "old", manners: .init(), time: time, fate: Fate(diesAt: nil))
        zoom.regenerate(keeping: "old", until: time.now.wall)
        let engine = RotationEngine(
            vault: vault, issuer: zoom, timing: .unhurried, time: time, random: { $0.upperBound }, note: { _ in })
        time.pass(60)
        let rotation = try await engine.rotate(
            app.name, trigger: .manual, overlap: nil, secret: SecretBox("new-1"), id: "r")
        #expect(rotation.phase == (isRefused ? .retired : .draining))
        let replaced = vault.catalog.app(app.name)?.replaced
        #expect(replaced == (isRefused ? ReplacedSecret(generation: .first, expires: time.now.wall) : nil))
    }
}
