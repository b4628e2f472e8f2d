import Names
import Rotation
import SecretMemory
import TestSupport
import Testing
import Times
import Vault

/// What a publisher that hangs may hold up, and what not.
@Suite struct PublishingTests {
    /// Deaf to being cancelled, and longer than any test.
    private struct Hanging: SecretPublisher {
        func publish(_ credential: Credential, of app: App) async -> PublishOutcome {
            let sleep = Task.detached { try? await Task.sleep(for: .seconds(600)) }
            await sleep.value
            return .confirmed
        }
    }

    private static func make(limit: Int) async throws -> (vault: Vault, zoom: FakeZoom, engine: RotationEngine) {
        let (time, disk) = (ManualTime(), MemoryStore())
        try await Vault.create(in: disk, ways: [.keyFile()])
        let vault = try await Vault.open(disk, with: .keyFile(), time: time)
        try await vault.add(.sample("zoom"), clientSecret: SecretBox("old"))
        let zoom = FakeZoom(secret: "old", manners: .init(), time: time, fate: Fate(diesAt: nil))
        var timing = RotationTiming()
        timing.publishLimit = limit
        let engine = RotationEngine(
            vault: vault, issuer: zoom, publisher: Hanging(), timing: timing, time: time, random: { $0.upperBound },
            note: { _ in })
        return (vault, zoom, engine)
    }

    @Test(.timeLimit(.minutes(5))) func `an attempt that takes too long is given up and made again later`() async throws
    {
        let (vault, zoom, engine) = try await Self.make(limit: 1)
        let rotation = try await engine.rotate(.test("zoom"), trigger: .operator, overlap: 0, id: "r1")
        #expect(rotation.phase == .current && rotation.attempts == 1 && rotation.due != nil)
        #expect(rotation.reason?.contains("took longer than 1 ") == true)
        let entry = try #require(vault.catalog.app(.test("zoom")))
        #expect(zoom.accepts(entry.credential.clientSecret.text) && zoom.accepts("old"))
    }

    @Test(.timeLimit(.minutes(5))) func `stopping does not wait for it`() async throws {
        let (vault, zoom, engine) = try await Self.make(limit: 600)
        async let rotation = engine.rotate(.test("zoom"), trigger: .operator, overlap: 0, id: "r1")
        while vault.catalog.app(.test("zoom"))?.rotation?.phase != .current { await Task.yield() }
        await engine.stop()
        #expect(try await rotation.phase == .current)
        #expect(zoom.accepts("old"))
    }
}
