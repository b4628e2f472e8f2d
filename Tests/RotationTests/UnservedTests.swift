import Domain
import Rotation
import SecretMemory
import Synchronization
import TestSupport
import Testing
import Vault

/// While no client can fetch anything, nothing that clients have is replaced or revoked.
@Suite struct UnservedTests {
    private final class Service: Sendable {
        let trouble = Mutex<String?>(nil)
        /// How many more looks find clients served, whatever the trouble.
        let grace = Mutex(0)

        func look() -> String? {
            let isServed = grace.withLock { left in
                defer { left = max(0, left - 1) }
                return left > 0
            }
            return isServed ? nil : trouble.withLock { $0 }
        }
    }

    private let time = ManualTime()
    private let name = Name.test("zoom")
    private let service = Service()

    private func make(_ responses: [FakeZoom.Response] = [.delivered]) async throws -> (Vault, FakeZoom, RotationEngine)
    {
        let disk = MemoryStore()
        try await Vault.create(in: disk, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(disk, with: .keyFile(), time: time)
        try await vault.add(.sample("zoom"), clientSecret: SecretBox("old"))
        let zoom = FakeZoom(secret: "old", manners: .init(responses: responses), time: time, fate: Fate(diesAt: nil))
        let engine = RotationEngine(
            vault: vault, issuer: zoom, unserved: { [service] in service.look() }, timing: .prompt, time: time,
            random: { $0.upperBound }, note: { _ in })
        return (vault, zoom, engine)
    }

    private func say(_ trouble: String?) { service.trouble.withLock { $0 = trouble } }

    private func look(_ vault: Vault, _ engine: RotationEngine, after seconds: Int) async {
        time.pass(seconds)
        await engine.carryOn(name)
        await engine.settle()
    }

    @Test func `no rotation begins, and one that an operator has generated is taken`() async throws {
        let (vault, zoom, engine) = try await make()
        say("the log is full")
        for trigger in [RotationTrigger.operator, .schedule] {
            let error = await #expect(throws: VaultError.self) {
                try await engine.rotate(name, trigger: trigger, overlap: 0, id: "r1")
            }
            #expect(error?.code == .busy && error?.detail.hasPrefix("the log is full, so no client") == true)
        }
        await #expect(throws: VaultError.self) { try await engine.rotateNow(name, id: "r2") }
        #expect(vault.catalog.app(name)?.rotation == nil && zoom.accepts("old"))
        zoom.regenerate(keeping: "old", until: time.now.wall + 60 * 86_400)
        let taken = try await engine.rotate(
            name, trigger: .manual, overlap: 3600, secret: SecretBox("new-1"), id: "r3")
        #expect(taken.phase == .draining)
    }

    @Test func `an old secret that is still in use is not revoked, and is once clients are served`() async throws {
        let (vault, zoom, engine) = try await make()
        _ = try await engine.rotate(name, trigger: .operator, overlap: 3600, id: "r1")
        #expect(vault.catalog.app(name)?.rotation?.phase == .draining)
        say("the log is full")
        for _ in 0..<3 { await look(vault, engine, after: 3600) }
        let waiting = try #require(vault.catalog.app(name)?.rotation)
        #expect(waiting.phase == .draining && waiting.reason == "the log is full" && zoom.accepts("old"))
        await #expect(throws: VaultError.self) { try await engine.finish(id: waiting.id) }
        say(nil)
        await look(vault, engine, after: 60)
        #expect(vault.catalog.app(name)?.rotation == nil && !zoom.accepts("old"))
    }

    @Test func `a rotation whose answer was lost goes on: its secret expires`() async throws {
        let (vault, zoom, engine) = try await make([.lost, .delivered])
        // When it begins, and before its first call.
        service.grace.withLock { $0 = 2 }
        say("the log is full")
        _ = try await engine.rotate(name, trigger: .operator, overlap: 0, id: "r1")
        for _ in 0..<6 { await look(vault, engine, after: 960) }
        let entry = try #require(vault.catalog.app(name))
        #expect(entry.rotation?.calls.count == 2 && entry.credential.generation.number == 2 && zoom.accepts("old"))
    }
}
