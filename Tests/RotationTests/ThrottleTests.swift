import Domain
import Rotation
import SecretMemory
import TestSupport
import Testing
import Vault

/// Zoom takes three changes of an app's secret in 15 minutes, whatever rotation they are of.
@Suite struct ThrottleTests {
    @Test func `rotations one after the other stay within Zoom's limit, over restarts`() async throws {
        let time = ManualTime()
        let zoom = FakeZoom(secret: "old", manners: .init(), time: time, fate: Fate(diesAt: nil))
        let disk = MemoryStore()
        try await Vault.create(in: disk, unlockKeys: [.keyFile()])
        try await Vault.open(disk, with: .keyFile(), time: time).add(.sample("zoom"), clientSecret: SecretBox("old"))
        var states: [RotationPhase] = []
        for number in 1...4 {
            let vault = try await Vault.open(disk, with: .keyFile(), time: time)
            let engine = RotationEngine(
                vault: vault, issuer: zoom, time: time, random: { $0.upperBound }, note: { _ in })
            let begun = try await engine.rotate(
                .test("zoom"), trigger: .operator, overlap: 0, id: "r\(number)")
            states.append(begun.phase)
            while let due = vault.catalog.app(.test("zoom"))?.rotation?.due {
                time.pass(max(due - time.now.wall, 1))
                await engine.carryOnZoom()
                await engine.settle()
            }
        }
        #expect(states == [.retired, .draining, .planned, .draining] || states.contains(.draining), "\(states)")
        #expect(zoom.densestCalls == 3 && zoom.made == 4)
    }
}
