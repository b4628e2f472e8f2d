import Domain
import Rotation
import SecretMemory
import Synchronization
import TestSupport
import Testing
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

        func laggards(_ credential: Credential, of app: App) async -> [Laggard] { [] }
    }

    /// Says what it is told to, and then confirms.
    private final class Saying: SecretPublisher {
        private let outcomes: Mutex<[PublishOutcome]>

        init(_ outcomes: [PublishOutcome]) { self.outcomes = Mutex(outcomes) }

        func publish(_ credential: Credential, of app: App) async -> PublishOutcome {
            outcomes.withLock { $0.isEmpty ? .confirmed : $0.removeFirst() }
        }

        func laggards(_ credential: Credential, of app: App) async -> [Laggard] { [] }
    }

    private static func make(limit: Int, _ publisher: any SecretPublisher = Hanging()) async throws -> (
        vault: Vault, zoom: FakeZoom, engine: RotationEngine
    ) {
        let (time, disk) = (ManualTime(), MemoryStore())
        try await Vault.create(in: disk, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(disk, with: .keyFile(), time: time)
        try await vault.add(.sample("zoom"), clientSecret: SecretBox("old"))
        let zoom = FakeZoom(secret: "old", manners: .init(), time: time, fate: Fate(diesAt: nil))
        var timing = RotationTiming.prompt
        (timing.publishLimit, timing.lookLimit) = (limit, 600)
        let engine = RotationEngine(
            vault: vault, issuer: zoom, publisher: publisher, timing: timing, time: time, random: { $0.upperBound },
            note: { _ in })
        return (vault, zoom, engine)
    }

    @Test(.timeLimit(.minutes(5))) func `an attempt that takes too long is cut off and repeated later`() async throws {
        let (vault, zoom, engine) = try await Self.make(limit: 1)
        let rotation = try await engine.rotate(.test("zoom"), trigger: .operator, overlap: 0, id: "r1")
        #expect(rotation.phase == .current && rotation.attempts == 1 && rotation.due != nil)
        #expect(rotation.reason?.contains("took longer than 1 ") == true)
        let entry = try #require(vault.catalog.app(.test("zoom")))
        #expect(zoom.accepts(entry.credential.clientSecret.text) && zoom.accepts("old"))
    }

    @Test func `when the target that it waits for is gone the rotation continues at once`() async throws {
        let (vault, zoom, engine) = try await Self.make(limit: 600, Saying([.later(retryAfter: 900, reason: "away")]))
        let name = Name.test("zoom")
        #expect(try await engine.rotate(name, trigger: .operator, overlap: 0, id: "r1").phase == .current)
        // A client's receipt is not waited for yet, and asks no console anew.
        await engine.lookAgain(name)
        await engine.settle()
        #expect(vault.catalog.app(name)?.rotation?.phase == .current)
        await engine.lookAgain(name, at: .current)
        await engine.settle()
        #expect(vault.catalog.app(name)?.rotation == nil && !zoom.accepts("old"))
    }

    @Test func `a refusal blocks the rotation with the old secret alive, and the operator's request resumes it`()
        async throws
    {
        let (vault, zoom, engine) = try await Self.make(limit: 600, Saying([.blocked(reason: "not that one")]))
        let name = Name.test("zoom")
        let held = try await engine.rotate(name, trigger: .operator, overlap: 0, id: "r1")
        #expect(held.phase == .blocked && held.resumesAt == .current && held.reason == "not that one")
        #expect(held.due == nil && zoom.accepts("old"))
        let entry = try #require(vault.catalog.app(name))
        #expect(zoom.accepts(entry.credential.clientSecret.text) && entry.credential.generation.number == 2)
        // Another one made by hand is another rotation's, once Zoom takes it.
        await #expect(throws: VaultError.self) {
            try await engine.rotate(name, trigger: .manual, overlap: 0, secret: SecretBox("other"), id: "r2")
        }
        #expect(try await engine.resume(id: "r1").phase == .retired)
        #expect(vault.catalog.app(name)?.credential.clientSecret.text == entry.credential.clientSecret.text)
        #expect(!zoom.accepts("old"))
    }

    @Test func `a push of the operator's resumes it, and no client's receipt or status request does`() async throws {
        let refusal = PublishOutcome.blocked(reason: "not that one")
        let (vault, zoom, engine) = try await Self.make(limit: 600, Saying([refusal, refusal]))
        let name = Name.test("zoom")
        #expect(try await engine.rotate(name, trigger: .operator, overlap: 0, id: "r1").phase == .blocked)
        await engine.lookAgain(name)
        await engine.lookAgain(name, at: .current)
        await engine.carryOn(name)
        await engine.settle()
        #expect(vault.catalog.app(name)?.rotation?.phase == .blocked && zoom.accepts("old"))
        // Another target refuses as well: it is held again, with the old secret alive.
        await engine.lookAgain(atTargetsOf: name)
        await engine.settle()
        #expect(vault.catalog.app(name)?.rotation?.phase == .blocked && zoom.accepts("old"))
        await engine.lookAgain(atTargetsOf: name)
        await engine.settle()
        #expect(vault.catalog.app(name)?.rotation == nil && !zoom.accepts("old"))
    }

    @Test func `a slow target is waited for to the second, and that is no failure`() async throws {
        let slow = PublishOutcome.waiting(seconds: 120, reason: "settling")
        let (vault, zoom, engine) = try await Self.make(limit: 600, Saying([slow, slow]))
        let rotation = try await engine.rotate(.test("zoom"), trigger: .operator, overlap: 0, id: "r1")
        #expect(rotation.phase == .current && rotation.attempts == 0 && rotation.reason == "settling")
        #expect(rotation.due.map { $0 - rotation.plannedAt } == 120)
        #expect(zoom.accepts("old"))
        await engine.carryOn(.test("zoom"))
        await engine.carryOn(.test("zoom"))
        #expect(vault.catalog.app(.test("zoom"))?.rotation == nil && !zoom.accepts("old"))
    }

    @Test(.timeLimit(.minutes(5))) func `a stop does not wait for it`() async throws {
        let (vault, zoom, engine) = try await Self.make(limit: 600)
        async let rotation = engine.rotate(.test("zoom"), trigger: .operator, overlap: 0, id: "r1")
        try await eventually("it to be published") { vault.catalog.app(.test("zoom"))?.rotation?.phase == .current }
        await engine.stop()
        #expect(try await rotation.phase == .current)
        #expect(zoom.accepts("old"))
    }

    @Test(.timeLimit(.minutes(5))) func `a last attempt that a stop cut short does not count`() async throws {
        let (vault, zoom, engine) = try await Self.make(limit: 600)
        async let rotation = engine.rotateNow(.test("zoom"), id: "r1")
        try await eventually("it to be published") { vault.catalog.app(.test("zoom"))?.rotation?.phase == .current }
        await engine.stop()
        #expect(try await rotation.phase == .current)
        #expect(zoom.accepts("old"))
    }
}
