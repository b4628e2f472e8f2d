import Domain
import Rotation
import SecretMemory
import TestSupport
import Testing
import Vault

/// A clock that is set ahead ends no old secret under those who still have it.
@Suite struct ClockAheadTests {
    private static let day = 86_400

    private let time = ManualTime()
    private let name = Name.test("zoom")

    /// A rotation whose overlap of seven days has just begun.
    private func draining() async throws -> (Vault, FakeZoom, RotationEngine) {
        let disk = MemoryStore()
        try await Vault.create(in: disk, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(disk, with: .keyFile(), time: time)
        try await vault.add(.sample("zoom"), clientSecret: SecretBox("old"))
        let zoom = FakeZoom(secret: "old", manners: .init(), time: time, fate: Fate(diesAt: nil))
        let engine = RotationEngine(
            vault: vault, issuer: zoom, timing: .prompt, time: time, random: { $0.upperBound }, note: { _ in })
        _ = try await engine.rotate(name, trigger: .operator, overlap: 7 * Self.day, id: "one")
        return (vault, zoom, engine)
    }

    @Test(arguments: [8 * day, 29 * day + day / 2, 40 * day])
    func `an overlap lasts as long as it was agreed on`(jump: Int) async throws {
        let (vault, zoom, engine) = try await draining()
        time.pass(Self.day)
        time.setWall(by: jump)
        await engine.carryOnZoom()
        let waiting = try #require(vault.catalog.app(name)?.rotation)
        #expect(waiting.phase == .draining)
        #expect(
            waiting.reason
                == "the clock was set ahead while the daemon ran: the old secret is not revoked because of it")
        #expect(waiting.due == time.now.wall + 300, "it is looked at again, and not without a pause")

        time.setWall(by: -jump)
        time.pass(6 * Self.day - 1)
        await engine.carryOnZoom()
        #expect(vault.catalog.app(name)?.rotation?.phase == .draining && zoom.accepts("old"))
        time.pass(1)
        await engine.carryOnZoom()
        #expect(vault.catalog.app(name)?.rotation == nil && !zoom.accepts("old"))
    }

    @Test func `the operator's request ends the overlap anyway`() async throws {
        let (vault, zoom, engine) = try await draining()
        time.setWall(by: 8 * Self.day)
        await engine.carryOnZoom()
        _ = try await engine.finish(id: "one")
        #expect(vault.catalog.app(name)?.rotation == nil && !zoom.accepts("old"))
    }
}
