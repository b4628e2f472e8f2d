import Domain
import Rotation
import SecretMemory
import Synchronization
import TestSupport
import Testing
import Vault

/// Zoom has answered, and the vault cannot take it.
@Suite struct SpoolTests {
    private static let full = StoreError(.diskFull, "the disk is full")

    /// Zoom, and a disk that is full from the moment at which Zoom has made a secret.
    private struct FillingZoom: SecretIssuer {
        let zoom: FakeZoom
        let fill: @Sendable () -> Void

        func prove(_ secret: SecretBox, of app: App) async -> Proof { await zoom.prove(secret, of: app) }
        func mintToken(for app: App, with current: SecretBox) async -> MintOutcome {
            await zoom.mintToken(for: app, with: current)
        }
        func makeSecret(for app: App, revokeAt: Timestamp, with token: CallToken) async -> MakeOutcome {
            let outcome = await zoom.makeSecret(for: app, revokeAt: revokeAt, with: token)
            fill()
            return outcome
        }
        func read(_ answer: SecretBox) -> IssuedSecret? { zoom.read(answer) }
        func endOldSecret(of app: App, at end: Timestamp, with token: CallToken) async -> EndOutcome {
            await zoom.endOldSecret(of: app, at: end, with: token)
        }
    }

    private final class Bench: Sendable {
        let time = ManualTime()
        let disk = MemoryStore()
        let spool = MemorySpool()
        let zoom: FakeZoom
        let events = Mutex<[String]>([])

        init(_ manners: FakeZoom.Manners = .init()) async throws {
            zoom = FakeZoom(secret: "old", manners: manners, time: time, fate: Fate(diesAt: nil))
            try await Vault.create(in: disk, unlockKeys: [.keyFile()])
            let vault = try await Vault.open(disk, with: .keyFile(), time: time)
            try await vault.add(.sample("zoom"), clientSecret: SecretBox("old"))
        }

        func engine(on disk: MemoryStore, filling: Bool) async throws -> (RotationEngine, Vault) {
            let vault = try await Vault.open(disk, with: .keyFile(), time: time)
            let issuer = FillingZoom(zoom: zoom) { if filling { disk.failCommits(with: SpoolTests.full) } }
            let engine = RotationEngine(
                vault: vault, issuer: issuer, spool: spool, time: time, random: { $0.upperBound },
                note: { event in self.events.withLock { $0.append("\(event)") } })
            return (engine, vault)
        }

        /// Begins a rotation whose answer the vault cannot take.
        func begin() async throws -> (engine: RotationEngine, vault: Vault, flight: Task<Void, Never>) {
            let (engine, vault) = try await engine(on: disk, filling: true)
            let flight = Task {
                _ = try? await engine.rotate(.test("zoom"), trigger: .operator, overlap: 3600, id: "r1")
            }
            return (engine, vault, flight)
        }

        func count(_ word: String) -> Int { events.withLock { $0.count { $0.hasPrefix(word) } } }

        func isNoted(_ word: String) -> Bool { count(word) > 0 }
    }

    private static func expectNew(_ vault: Vault, _ bench: Bench) throws {
        let entry = try #require(vault.catalog.app(.test("zoom")))
        #expect(entry.credential.clientSecret.text == "new-1" && entry.credential.generation.number == 2)
        #expect(bench.zoom.accepts("new-1") && bench.zoom.made == 1)
        #expect(bench.spool.all.isEmpty)
    }

    @Test func `with room again the answer goes into the vault, and out of the file`() async throws {
        let bench = try await Bench()
        let (engine, vault, flight) = try await bench.begin()
        try await eventually("the file") { !bench.spool.all.isEmpty }
        try await eventually("the report") { engine.report.troubles.first?.kind == .inSpool }
        #expect(vault.catalog.app(.test("zoom"))?.rotation?.phase == .intended)
        bench.disk.failCommits(with: nil)
        await flight.value
        try Self.expectNew(vault, bench)
        #expect(engine.report.troubles.isEmpty)
    }

    @Test func `in the file the answer outlives the process, which need not wait`() async throws {
        let bench = try await Bench()
        let (engine, _, flight) = try await bench.begin()
        try await eventually("the file") { bench.isNoted("kept") }
        await engine.stop()
        await flight.value
        let (next, vault) = try await bench.engine(on: bench.disk.reopened(), filling: false)
        await next.carryOnZoom()
        await next.settle()
        try Self.expectNew(vault, bench)
        #expect(bench.isNoted("found"))
    }

    @Test func `while the vault still cannot be written the answer is not declared lost`() async throws {
        let bench = try await Bench()
        let (engine, _, _) = try await bench.begin()
        try await eventually("the file") { bench.isNoted("kept") }
        await engine.stop()
        let disk = bench.disk.reopened()
        let (next, vault) = try await bench.engine(on: disk, filling: false)
        disk.failCommits(with: Self.full)
        await next.carryOnZoom()
        for _ in 0..<3 {
            await next.settle()
            bench.time.pass(1)
            await next.carryOnZoom()
        }
        await next.settle()
        #expect(vault.catalog.app(.test("zoom"))?.rotation?.phase == .intended && bench.spool.all.count == 1)
        let told = try #require(next.report.troubles.first)
        #expect(told.kind == .inSpool && told.app == .test("zoom") && told.file == bench.spool.all[0].name)
        #expect(told.reason == Self.full.detail && next.report.troubles.count == 1)
        let failure = try #require(next.failedCommits["id-of-zoom"])
        #expect(failure.error.detail == Self.full.detail && failure.due > bench.time.now.wall)
        disk.failCommits(with: nil)
        bench.time.pass(61)
        await next.carryOnZoom()
        await next.settle()
        try Self.expectNew(vault, bench)
        #expect(next.report.troubles.isEmpty && next.failedCommits["id-of-zoom"] == nil)
    }

    @Test func `a spool that cannot be read stops everything, since what looks lost may lie there`() async throws {
        let bench = try await Bench()
        let (engine, _, _) = try await bench.begin()
        try await eventually("the file") { bench.isNoted("kept") }
        await engine.stop()
        bench.spool.fail(with: StoreError(.inputOutput, "no"))
        let (next, vault) = try await bench.engine(on: bench.disk.reopened(), filling: false)
        await next.carryOnZoom()
        await next.settle()
        #expect(next.report.troubles.map(\.kind) == [.unreadable])
        #expect(vault.catalog.app(.test("zoom"))?.rotation?.phase == .intended)
        bench.spool.fail(with: nil)
        bench.time.pass(1)
        await next.carryOnZoom()
        await next.settle()
        try Self.expectNew(vault, bench)
        #expect(next.report.troubles.isEmpty)
    }

    @Test func `where neither vault nor spool can store the answer, the process waits`() async throws {
        let bench = try await Bench()
        let (engine, _) = try await bench.engine(on: bench.disk, filling: true)
        await engine.carryOnZoom()
        bench.spool.fail(with: Self.full)
        let flight = Task {
            _ = try? await engine.rotate(.test("zoom"), trigger: .operator, overlap: 3600, id: "r1")
        }
        try await eventually("the event") { bench.isNoted("unstored") }
        #expect(engine.report.troubles.first?.kind == .inMemory)
        let isAsked = Mutex(false)
        let isStopped = Mutex(false)
        let stop = Task {
            isAsked.withLock { $0 = true }
            await engine.stop()
            isStopped.withLock { $0 = true }
        }
        try await eventually("the engine to be asked") { isAsked.withLock { $0 } }
        let tries = bench.count("unstored")
        try await eventually("more tries") { bench.count("unstored") > tries + 1 }
        #expect(isStopped.withLock { !$0 })
        bench.spool.fail(with: nil)
        await stop.value
        await flight.value
        #expect(bench.spool.all.count == 1)
    }

    @Test func `a rotation that was declared lost, or blocked, is resumed`() async throws {
        for phase in [RotationPhase.lostResponse, .blocked] {
            let bench = try await Bench()
            let (engine, vault, _) = try await bench.begin()
            try await eventually("the file") { bench.isNoted("kept") }
            await engine.stop()
            bench.disk.failCommits(with: nil)
            let entry = try #require(vault.catalog.app(.test("zoom")))
            guard case .intended(let intended)? = entry.rotation.map(RotationState.init) else {
                Issue.record("not intended")
                return
            }
            let lost = intended.lose(at: bench.time.now.wall, reason: "lost")
            try await vault.advance(phase == .blocked ? lost.block(reason: "blocked").facts : lost.facts, of: entry.app)
            let (next, again) = try await bench.engine(on: bench.disk.reopened(), filling: false)
            await next.carryOnZoom()
            await next.settle()
            try Self.expectNew(again, bench)
        }
    }

    @Test func `a file is freed when the vault has its answer, and not while that is unknown`() async throws {
        let bench = try await Bench()
        let (_, vault, flight) = try await bench.begin()
        try await eventually("the file") { bench.isNoted("kept") }
        let bytes = bench.spool.all[0].bytes
        bench.disk.failCommits(with: nil)
        await flight.value
        // As if the process had died before it was freed; and a damaged one, and one of nobody's.
        bench.spool.plant(bytes)
        bench.spool.plant(Array(bytes.dropLast()))
        var foreign = Rotation.planned(
            id: "r9", app: .sample("zoom"), base: .first, trigger: .operator, overlap: 0, at: bench.time.now.wall)
        foreign.calls = [Rotation.Call(id: "c9", at: bench.time.now.wall)]
        bench.spool.plant(
            try SpoolEntry(SecretBox("<x>"), to: foreign, of: .sample("zoom"), at: bench.time.now.wall, for: vault)
                .encoded)
        let (next, again) = try await bench.engine(on: bench.disk.reopened(), filling: false)
        await next.carryOnZoom()
        await next.settle()
        #expect(bench.spool.all.count == 1)
        #expect(next.report.troubles.map(\.kind) == [.unclaimed])
        // Nobody knows its rotation, but its secret may work.
        #expect(again.catalog.app(.test("zoom"))?.candidates.map { $0.secret?.text } == ["x"])
        #expect(next.report.troubles.allSatisfy { $0.file != nil })
        #expect(again.catalog.app(.test("zoom"))?.credential.clientSecret.text == "new-1")
        // Somebody removes them: a minute later nothing is said of them.
        for file in bench.spool.all { try await bench.spool.free(file) }
        bench.time.pass(61)
        await next.carryOnZoom()
        #expect(next.report.troubles.isEmpty)
    }

    /// Every moment to die at, on a disk that is full when Zoom has answered, and in the next process has room.
    @Test func `no crash after the file is written loses the answer`() async throws {
        var moments = 0
        for death in 0..<60 {
            let bench = try await Bench()
            let fate = Fate(diesAt: death)
            let mortal = MortalSpool(bench.spool, fate: fate)
            let vault = try await Vault.open(MortalStore(bench.disk, fate: fate), with: .keyFile(), time: bench.time)
            let zoom = FakeZoom(bench.zoom, fate: fate)
            let issuer = FillingZoom(zoom: zoom) { bench.disk.failCommits(with: Self.full) }
            let engine = RotationEngine(
                vault: vault, issuer: issuer, spool: mortal, time: bench.time, random: { $0.upperBound },
                note: { event in if case .kept = event { bench.disk.failCommits(with: nil) } })
            _ = try? await engine.rotate(.test("zoom"), trigger: .operator, overlap: 3600, id: "r1")
            bench.disk.failCommits(with: nil)
            let wasKept = zoom.made == 1 && !bench.spool.all.isEmpty
            let next = FakeZoom(zoom, fate: Fate(diesAt: nil))
            let again = try await Vault.open(bench.disk.reopened(), with: .keyFile(), time: bench.time)
            let second = RotationEngine(
                vault: again, issuer: next, spool: bench.spool, time: bench.time, random: { $0.upperBound },
                note: { _ in })
            await second.carryOnZoom()
            await second.settle()
            let secret = try #require(again.catalog.app(.test("zoom"))).credential.clientSecret.text
            #expect(next.accepts(secret), "death at \(death)")
            if wasKept { #expect(secret == "new-1" && next.made == 1, "death at \(death)") }
            #expect(bench.spool.all.isEmpty, "death at \(death)")
            moments += wasKept ? 1 : 0
            if !fate.isDead { break }
        }
        #expect(moments > 1, "\(moments)")
    }
}

/// A spool whose process can die before or behind each change.
struct MortalSpool: SpoolStore {
    let base: MemorySpool
    let fate: Fate
    private static var dead: StoreError { StoreError(.closed, "dead") }

    init(_ base: MemorySpool, fate: Fate) { (self.base, self.fate) = (base, fate) }

    func prepare() async throws(StoreError) { try await base.prepare() }
    func files() async throws(StoreError) -> [SpoolFile] { try await base.files() }

    func save(_ bytes: [UInt8]) async throws(StoreError) -> SpoolFile {
        guard fate.pass() else { throw Self.dead }
        let file = try await base.save(bytes)
        guard fate.pass() else { throw Self.dead }
        return file
    }

    func free(_ file: SpoolFile) async throws(StoreError) {
        guard fate.pass() else { throw Self.dead }
        try await base.free(file)
        guard fate.pass() else { throw Self.dead }
    }
}
