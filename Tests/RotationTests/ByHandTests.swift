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

    /// Where the rotation stands when the operator enters the secret; `nil` for none.
    private static let places: [WaysOutTests.Place?] = [
        nil, .planned, .intended, .lost, .blockedLost, .received, .blockedReceived,
    ]

    @Test(arguments: places)
    func `Zoom is asked for the old secret when a new one was made by hand, whatever began the rotation`(
        _ place: WaysOutTests.Place?
    ) async throws {
        let (stage, rotation) = try await entered(place) { $0.zoom.regenerate(keeping: "old", until: $0.time.now.wall) }
        #expect(rotation.phase == .retired, "\(rotation)")
        #expect(
            rotation.reason == "Zoom refused the old secret before the new one was current, so there was no overlap")
        let expected = ReplacedSecret(generation: .first, expires: stage.time.now.wall)
        #expect(stage.entry.replaced == expected && stage.entry.previous == nil)
    }

    @Test func `an old secret that Zoom still accepts has its overlap, but no end that clients are told`() async throws
    {
        let (stage, rotation) = try await entered(.lost) {
            $0.zoom.regenerate(keeping: "old", until: $0.time.now.wall + 86_400)
        }
        #expect(rotation.phase == .draining && rotation.baseState == .accepted)
        #expect(stage.entry.previousValidUntil == nil)
    }

    @Test func `if Zoom cannot be asked before, it is asked again until it says whether the old secret works`()
        async throws
    {
        let (stage, rotation) = try await entered(.lost) {
            $0.zoom.regenerate(keeping: "old", until: $0.time.now.wall)
            $0.issuer.silentAbout = "old"
        }
        #expect(rotation.phase == .draining && rotation.baseState == .unknown)
        let due = try #require(rotation.due)
        #expect(due - stage.time.now.wall <= 900)
        stage.issuer.silentAbout = nil
        stage.time.pass(due - stage.time.now.wall)
        await stage.engine.carryOnZoom()
        await stage.engine.settle()
        let over = try await stage.vault.rotation(id: rotation.id).rotation
        #expect(over.phase == .retired && over.reason == "Zoom refused the old secret, so the overlap ended")
    }

    /// A secret that the operator enters after `prepare` made it in the Marketplace.
    private func entered(
        _ place: WaysOutTests.Place?, _ prepare: (Stage) -> Void
    ) async throws -> (Stage, Rotation) {
        let stage = try await Stage(place ?? .planned)
        if place == nil { try await stage.engine.abort(id: "r1") }
        stage.time.pass(60)
        prepare(stage)
        let rotation = try await stage.engine.rotate(
            .test("zoom"), trigger: .manual, overlap: nil, secret: SecretBox("new-\(stage.zoom.made)"), id: "r2")
        return (stage, rotation)
    }
}
