import Domain
import Rotation
import SecretMemory
import Synchronization
import TestSupport
import Testing
import Vault

/// Whom the secret was published to is looked at once more, directly before the old one is ended.
@Suite struct LaggardTests {
    /// Confirms all, and lags as it is told.
    private final class Lagging: SecretPublisher {
        private let state = Mutex<(laggards: [Laggard], looks: Int)>(([], 0))

        var laggards: [Laggard] {
            get { state.withLock { $0.laggards } }
            set { state.withLock { $0.laggards = newValue } }
        }
        var looks: Int { state.withLock { $0.looks } }

        func publish(_ credential: Credential, of app: App) async -> PublishOutcome { .confirmed }

        func laggards(_ credential: Credential, of app: App) async -> [Laggard] {
            state.withLock { state in
                state.looks += 1
                return state.laggards
            }
        }
    }

    /// Deaf to being cancelled, and longer than any test.
    private struct Hanging: SecretPublisher {
        func publish(_ credential: Credential, of app: App) async -> PublishOutcome { .confirmed }

        func laggards(_ credential: Credential, of app: App) async -> [Laggard] {
            let sleep = Task.detached { try? await Task.sleep(for: .seconds(600)) }
            await sleep.value
            return []
        }
    }

    private let time = ManualTime()
    private let name = Name.test("zoom")

    private func make(
        _ publisher: any SecretPublisher, _ timing: RotationTiming = .prompt
    ) async throws -> (Vault, FakeZoom, RotationEngine) {
        let disk = MemoryStore()
        try await Vault.create(in: disk, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(disk, with: .keyFile(), time: time)
        try await vault.add(.sample("zoom"), clientSecret: SecretBox("old"))
        let zoom = FakeZoom(secret: "old", manners: .init(), time: time, fate: Fate(diesAt: nil))
        let engine = RotationEngine(
            vault: vault, issuer: zoom, publisher: publisher, timing: timing, time: time, random: { $0.upperBound },
            note: { _ in })
        return (vault, zoom, engine)
    }

    private func rotate(_ engine: RotationEngine, _ zoom: FakeZoom, byHand: Bool) async throws -> Rotation {
        if byHand { zoom.regenerate(keeping: "old", until: time.now.wall + 60 * 86_400) }
        return try await engine.rotate(
            name, trigger: byHand ? .manual : .operator, overlap: 0, secret: byHand ? SecretBox("new-1") : nil,
            id: "r1")
    }

    @Test(arguments: [false, true])
    func `a changed target is waited for, and the old secret is revoked when it is fixed`(
        byHand: Bool
    ) async throws {
        let publisher = Lagging()
        publisher.laggards = [Laggard("target 'one' was changed"), Laggard("target 'two' is away", wait: 2000)]
        let (vault, zoom, engine) = try await make(publisher)
        let waiting = try await rotate(engine, zoom, byHand: byHand)
        #expect(waiting.phase == .draining && waiting.reason == "target 'one' was changed; target 'two' is away")
        #expect(waiting.due.map { $0 - time.now.wall } == 900 && waiting.otherCalls.isEmpty && zoom.accepts("old"))
        #expect(vault.catalog.app(name)?.previous != nil)

        publisher.laggards = [Laggard("target 'one' settles", wait: 7)]
        time.pass(900)
        await engine.carryOnZoom()
        let settling = try #require(vault.catalog.app(name)?.rotation)
        #expect(settling.due.map { $0 - time.now.wall } == 7 && zoom.accepts("old"))

        // The operator put it right, and nobody waits for the next look.
        publisher.laggards = []
        await engine.lookAgain(atTargetsOf: name)
        await engine.settle()
        #expect(vault.catalog.app(name)?.rotation == nil && vault.catalog.app(name)?.previous == nil)
        #expect(publisher.looks == 3 && zoom.accepts("old") == byHand, "what was made by hand ends by itself")
    }

    @Test func `no target is checked before the overlap is over`() async throws {
        let publisher = Lagging()
        publisher.laggards = [Laggard("away")]
        let (vault, _, engine) = try await make(publisher)
        _ = try await engine.rotate(name, trigger: .operator, overlap: 3600, id: "r1")
        await engine.lookAgain(atTargetsOf: name)
        await engine.settle()
        #expect(publisher.looks == 0)
        time.pass(3600)
        await engine.carryOnZoom()
        #expect(publisher.looks == 1 && vault.catalog.app(name)?.rotation?.reason == "away")
    }

    @Test func `at the deadline the old secret is revoked anyway, as for holders`() async throws {
        let publisher = Lagging()
        publisher.laggards = [Laggard("away")]
        let (vault, zoom, engine) = try await make(publisher)
        let begun = try await rotate(engine, zoom, byHand: false)
        let deadline = try #require(RotationTiming().drainDeadline(begun))
        time.pass(deadline - time.now.wall - 10)
        await engine.carryOnZoom()
        let last = try #require(vault.catalog.app(name)?.rotation)
        #expect(last.due == deadline && last.reason == "away" && zoom.accepts("old"))
        time.pass(10)
        await engine.carryOnZoom()
        #expect(vault.catalog.app(name)?.rotation == nil && !zoom.accepts("old"))
    }

    @Test(.timeLimit(.minutes(5))) func `a check that hangs is cut off, and counts as a failed one`()
        async throws
    {
        var timing = RotationTiming()
        timing.lookLimit = 1
        let (_, zoom, engine) = try await make(Hanging(), timing)
        let waiting = try await rotate(engine, zoom, byHand: false)
        #expect(waiting.phase == .draining && zoom.accepts("old"))
        #expect(waiting.reason == "checking the targets took longer than 1 second" && waiting.due != nil)
    }

    @Test(.timeLimit(.minutes(5))) func `a stop does not wait for it`() async throws {
        let (vault, zoom, engine) = try await make(Hanging())
        async let rotation = rotate(engine, zoom, byHand: false)
        try await eventually("the drain") { vault.catalog.app(name)?.rotation?.phase == .draining }
        await engine.stop()
        #expect(try await rotation.phase == .draining && zoom.accepts("old"))
    }
}
