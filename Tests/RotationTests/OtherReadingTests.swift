import Domain
import Rotation
import SecretMemory
import TestSupport
import Testing
import Vault

/// Should `update` move the end of the newest old secret, then after a regeneration by hand that is the one which clients
/// get. Zoom's page says otherwise; Keyturn must survive it.
@Suite struct OtherReadingTests {
    private let time = ManualTime()
    private let name = Name.test("zoom")

    private struct Bench {
        let disk: MemoryStore
        let vault: Vault
        let zoom: FakeZoom
        let engine: RotationEngine
    }

    /// A rotation whose overlap of an hour is under way, and a secret that somebody generated meanwhile.
    private func bench(_ ends: [FakeZoom.End] = [], diesAt death: Int? = nil) async throws -> Bench {
        let disk = MemoryStore()
        try await Vault.create(in: disk, unlockKeys: [.keyFile()])
        let manners = FakeZoom.Manners(secondNew: .adds, updateMovesNewest: true, ends: ends)
        let first = FakeZoom(secret: "old", manners: manners, time: time, fate: Fate(diesAt: nil))
        let setUp = try await Vault.open(disk, with: .keyFile(), time: time)
        try await setUp.add(.sample("zoom"), clientSecret: SecretBox("old"))
        let begun = try await engine(setUp, first).rotate(name, trigger: .operator, overlap: 3600, id: "r1")
        #expect(begun.phase == .draining)
        first.regenerate(keeping: "new-1", until: time.now.wall + 30 * 86_400)
        let fate = Fate(diesAt: death)
        let zoom = FakeZoom(first, fate: fate)
        let vault = try await Vault.open(MortalStore(disk, fate: fate), with: .keyFile(), time: time)
        return Bench(disk: disk, vault: vault, zoom: zoom, engine: engine(vault, zoom))
    }

    private func engine(_ vault: Vault, _ zoom: FakeZoom) -> RotationEngine {
        RotationEngine(vault: vault, issuer: zoom, time: time, random: { $0.upperBound }, note: { _ in })
    }

    private func pass(_ seconds: Int, _ engine: RotationEngine) async {
        time.pass(seconds)
        await engine.carryOnZoom()
        await engine.settle()
    }

    private func rest(_ vault: Vault, _ engine: RotationEngine) async {
        for _ in 0..<200 {
            await engine.settle()
            guard let due = vault.catalog.app(name)?.rotation?.due else { return }
            await pass(max(due - time.now.wall, 1), engine)
        }
    }

    @Test func `the end of the secret that clients get is put back at once, and the operator is told`() async throws {
        let bench = try await bench()
        let made = time.now.wall
        await pass(3600, bench.engine)
        let stopped = try #require(bench.vault.catalog.app(name)?.rotation)
        let latest = made + (30 * 86_400 - 3600)
        #expect(stopped.phase == .blocked && stopped.servedExpires == latest && stopped.due == nil)
        #expect(
            stopped.reason
                == "somebody generated another secret in the Marketplace, so the present secret expires at \(latest)")
        #expect(bench.zoom.ends == 2 && bench.zoom.densestCalls <= 3)
        time.pass(20 * 86_400)
        #expect(bench.zoom.accepts("new-1"))
        // Nothing else leads out than a secret without an end.
        #expect(try await bench.engine.resume(id: "r1").phase == .blocked)
        #expect(try await bench.engine.finish(id: "r1").phase == .blocked && bench.zoom.ends == 2)
        let next = try await bench.engine.rotate(
            name, trigger: .manual, overlap: 60, secret: SecretBox("new-2"), id: "r2")
        await rest(bench.vault, bench.engine)
        let entry = try #require(bench.vault.catalog.app(name))
        #expect(next.id == "r2" && entry.credential.clientSecret.text == "new-2" && entry.rotation == nil)
    }

    @Test func `in an emergency another secret is requested while the present one works`() async throws {
        let bench = try await bench()
        await pass(3600, bench.engine)
        time.pass(3600)
        _ = try await bench.engine.rotateNow(name, id: "r2")
        await rest(bench.vault, bench.engine)
        let entry = try #require(bench.vault.catalog.app(name))
        #expect(entry.credential.generation.number == 3 && entry.rotation == nil)
        #expect(bench.zoom.accepts(entry.credential.clientSecret.text))
    }

    @Test func `a lost answer is found out by Zoom's word on both secrets`() async throws {
        let bench = try await bench([.lost])
        await pass(3600, bench.engine)
        #expect(bench.vault.catalog.app(name)?.rotation?.ending?.isConfirmed == false)
        await pass(122, bench.engine)
        let stopped = try #require(bench.vault.catalog.app(name)?.rotation)
        #expect(stopped.phase == .blocked && stopped.servedExpires != nil && bench.zoom.ends == 1)
        #expect(stopped.reason?.contains("somebody generated another secret in the Marketplace") == true)
    }

    @Test func `a request to put it back that fails is made again before the secret expires`() async throws {
        let bench = try await bench([.done, .droppedBefore])
        await pass(3600, bench.engine)
        let waiting = try #require(bench.vault.catalog.app(name)?.rotation)
        #expect(waiting.phase == .draining && waiting.ending?.putsBack == true)
        let due = try #require(waiting.due)
        #expect(due < waiting.servedExpires ?? due)
        await pass(due - time.now.wall, bench.engine)
        #expect(bench.vault.catalog.app(name)?.rotation?.phase == .blocked && bench.zoom.ends == 3)
        time.pass(86_400)
        #expect(bench.zoom.accepts("new-1"))
    }

    @Test func `a request to put it back whose token was refused is made again with another token`() async throws {
        let bench = try await bench()
        let issuer = RefusingToken(base: bench.zoom, call: 2)
        let engine = RotationEngine(
            vault: bench.vault, issuer: issuer, time: time, random: { $0.upperBound }, note: { _ in })
        await pass(3600, engine)
        let waiting = try #require(bench.vault.catalog.app(name)?.rotation)
        #expect(waiting.phase == .draining && waiting.ending?.putsBack == true && waiting.callToken == nil)
        #expect(waiting.reason?.hasSuffix("yet: the token is refused") == true)
        await pass(try #require(waiting.due) - time.now.wall, engine)
        #expect(bench.vault.catalog.app(name)?.rotation?.phase == .blocked && bench.zoom.ends == 2)
        let tokens = issuer.tokens.all
        #expect(tokens.count == 3 && tokens[0] == tokens[1] && tokens[1] != tokens[2])
    }

    @Test func `whenever the process dies, it ends with a working secret or with a word to the operator`() async throws
    {
        let untouched = try await bench(diesAt: .max)
        await pass(3600, untouched.engine)
        await rest(untouched.vault, untouched.engine)
        #expect(untouched.zoom.fate.moments > 12)
        for moment in 0..<untouched.zoom.fate.moments {
            let bench = try await bench(diesAt: moment)
            await pass(3600, bench.engine)
            await rest(bench.vault, bench.engine)
            let vault = try await Vault.open(bench.disk.reopened(), with: .keyFile(), time: time)
            let zoom = FakeZoom(bench.zoom, fate: Fate(diesAt: nil))
            let engine = engine(vault, zoom)
            await engine.carryOnZoom()
            await rest(vault, engine)
            let open = try #require(vault.catalog.app(name)?.rotation)
            #expect(
                open.phase == .blocked && open.servedExpires != nil, "\(moment): \(open.phase) \(open.reason ?? "")")
            #expect(zoom.accepts("new-1") || open.servedExpires.map { $0 <= time.now.wall } == true, "\(moment)")
        }
    }
}

/// A Zoom that refuses the token of one change of an old secret's end, counted from 1.
private struct RefusingToken: SecretIssuer {
    let base: FakeZoom
    let call: Int
    let tokens = Recorder<ObjectIdentifier>()

    func prove(_ secret: SecretBox, of app: App) async -> Proof { await base.prove(secret, of: app) }
    func mintToken(for app: App, with current: SecretBox) async -> MintOutcome {
        await base.mintToken(for: app, with: current)
    }
    func makeSecret(for app: App, revokeAt: Timestamp, with token: CallToken) async -> MakeOutcome {
        await base.makeSecret(for: app, revokeAt: revokeAt, with: token)
    }
    func read(_ answer: SecretBox) -> IssuedSecret? { base.read(answer) }
    func endOldSecret(of app: App, at end: Timestamp, with token: CallToken) async -> EndOutcome {
        tokens.record(ObjectIdentifier(token.accessToken))
        guard tokens.all.count != call else { return .later(retryAfter: nil, reason: "the token is refused") }
        return await base.endOldSecret(of: app, at: end, with: token)
    }
}
