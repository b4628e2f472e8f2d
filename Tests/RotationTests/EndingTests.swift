import Domain
import Rotation
import SecretMemory
import TestSupport
import Testing
import Vault

/// The old secret is ended at a time two minutes ahead, never now; and whether it was is what Zoom says afterwards.
@Suite struct EndingTests {
    private let time = ManualTime()
    private let name = Name.test("zoom")
    private let notes = Recorder<String>()

    private func make(_ manners: FakeZoom.Manners) async throws -> (MemoryStore, Vault, FakeZoom, RotationEngine) {
        let disk = MemoryStore()
        try await Vault.create(in: disk, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(disk, with: .keyFile(), time: time)
        try await vault.add(.sample("zoom"), clientSecret: SecretBox("old"))
        let zoom = FakeZoom(secret: "old", manners: manners, time: time, fate: Fate(diesAt: nil))
        return (disk, vault, zoom, engine(vault, zoom))
    }

    private func engine(_ vault: Vault, _ zoom: FakeZoom) -> RotationEngine {
        RotationEngine(vault: vault, issuer: zoom, time: time, random: { $0.upperBound }, note: { _ in })
    }

    private func open(_ vault: Vault) throws -> Rotation { try #require(vault.catalog.app(name)?.rotation) }

    private func pass(_ seconds: Int, _ engine: RotationEngine) async {
        time.pass(seconds)
        await engine.carryOnZoom()
        await engine.settle()
    }

    @Test func `Zoom is asked to revoke the old secret two minutes later, and then whether it did`() async throws {
        let (disk, vault, zoom, engine) = try await make(.init())
        let begun = time.now.wall
        let set = try await engine.rotate(name, trigger: .operator, overlap: 0, id: "r1")
        let ending = try #require(set.ending)
        #expect(set.phase == .draining && ending.isConfirmed && ending.expires == begun + 120)
        #expect(set.reason == "Zoom revokes the old secret at \(begun + 120)" && set.due == begun + 122)
        #expect(set.callToken == nil && set.secretID == "new-1")
        #expect(vault.catalog.app(name)?.previousValidUntil == begun + 120)
        #expect(RotationTiming().drainDeadline(set) == begun + 120)
        // Another process knows it, and does not ask again.
        let next = self.engine(try await Vault.open(disk.reopened(), with: .keyFile(), time: time), zoom)
        await pass(119, next)
        #expect(zoom.accepts("old") && zoom.ends == 1)
        await pass(3, engine)
        #expect(!zoom.accepts("old") && vault.catalog.app(name)?.rotation == nil && zoom.ends == 1)
        let done = try await vault.rotation(id: "r1").rotation
        #expect(done.phase == .retired && done.revokeAt == begun + 120)
    }

    @Test func `an answer that names the secret that is to end is no sign of a secret of somebody else's`() async throws
    {
        let (_, vault, zoom, engine) = try await make(.init(endsNamedByNew: 1))
        _ = try await engine.rotate(name, trigger: .operator, overlap: 0, id: "r1")
        await pass(1_800, engine)
        let set = try await engine.rotate(name, trigger: .operator, overlap: 0, id: "r2")
        #expect(set.phase == .draining && set.ending?.isConfirmed == true && set.ending?.putsBack == false)
        await pass(122, engine)
        #expect(!zoom.accepts("new-1") && vault.catalog.app(name)?.rotation == nil && zoom.ends == 2)
    }

    @Test func `a request that was late is made again with more time`() async throws {
        let (_, vault, zoom, engine) = try await make(.init(ends: [.late, .late]))
        _ = try await engine.rotate(name, trigger: .operator, overlap: 0, id: "r1")
        for _ in 0..<20 where vault.catalog.app(name)?.rotation?.ending?.isConfirmed != true {
            await pass(max((try open(vault).due ?? time.now.wall) - time.now.wall, 1), engine)
        }
        let ending = try #require(try open(vault).ending)
        #expect(zoom.ends == 3 && ending.isConfirmed && ending.expires - time.now.wall == 240)
    }

    @Test func `an operator's request is answered once the end is set, and asking again changes nothing`() async throws
    {
        let (_, vault, zoom, engine) = try await make(.init())
        _ = try await engine.rotate(name, trigger: .operator, overlap: 86_400, id: "r1")
        let set = try await engine.finish(id: "r1")
        let ending = try #require(set.ending)
        #expect(ending.isConfirmed && zoom.accepts("old"))
        #expect(try await engine.finish(id: "r1").ending == ending)
        #expect(try await engine.resume(id: "r1").ending == ending && zoom.ends == 1)
        await pass(122, engine)
        #expect(vault.catalog.app(name)?.rotation == nil && !zoom.accepts("old"))
    }

    @Test(arguments: [FakeZoom.End.lost, .droppedBefore, .late])
    func `whatever becomes of the request, Zoom's word on the secret decides`(_ end: FakeZoom.End) async throws {
        let (_, vault, zoom, engine) = try await make(.init(ends: [end]))
        let first = try await engine.rotate(name, trigger: .operator, overlap: 0, id: "r1")
        let call = first.ending?.call
        switch end {
        case .late:
            // Refused for certain: the next request follows at once.
            #expect(zoom.ends == 2 && first.ending?.isConfirmed == true)
        default:
            #expect(first.ending?.isConfirmed == false && first.callToken != nil && zoom.accepts("old"))
            await pass(121, engine)
            #expect(try open(vault).ending?.call == call && zoom.ends == 1, "nobody is asked before the time is over")
            await pass(1, engine)
        }
        switch end {
        case .lost: #expect(zoom.ends == 1)
        default:
            let again = try #require(try open(vault).ending)
            #expect(zoom.ends == 2 && again.isConfirmed && zoom.accepts("old"))
            #expect(end == .late || again.call.id != call?.id)
            await pass(122, engine)
        }
        #expect(vault.catalog.app(name)?.rotation == nil && !zoom.accepts("old"))
    }

    @Test func `a Zoom that says that it revokes a secret and does not is asked again, at growing pauses`() async throws
    {
        let (_, vault, zoom, engine) = try await make(.init(ends: [.keptAnyway]))
        _ = try await engine.rotate(name, trigger: .operator, overlap: 0, id: "r1")
        await pass(122, engine)
        var pauses: [Int] = []
        for _ in 1...17 {
            let waiting = try open(vault)
            #expect(waiting.reason?.hasSuffix("and still accepts it") == true && waiting.ending?.isConfirmed == true)
            pauses.append(try #require(waiting.due) - time.now.wall)
            await pass(try #require(pauses.last), engine)
        }
        let growing = [900, 1800, 3600, 7200, 14_400, 21_600, 21_600]
        #expect(pauses == [1, 2, 4, 8, 15, 30, 60, 120, 300, 600] + growing && zoom.ends == 1)
        let waiting = try open(vault)
        let wait = try #require(
            RotationWait(waiting, holders: [], targets: [], generation: waiting.target, now: time.now.wall + 3600))
        #expect(wait.row.words == "Zoom to revoke the old secret" && wait.isTooLong(time.now.wall + 3600))
    }

    @Test(arguments: [false, true], ["by hand", "--now"])
    func `where Zoom does not revoke a secret, the refusal of another rotation says what helps, and it does`(
        isHurried: Bool, way: String
    ) async throws {
        let (_, vault, zoom, engine) = try await make(.init(secondNew: .adds, ends: [.keptAnyway]))
        if isHurried {
            _ = try await engine.rotateNow(name, id: "r1")
        } else {
            _ = try await engine.rotate(name, trigger: .operator, overlap: 0, id: "r1")
        }
        await pass(122, engine)
        for _ in 0..<20 where try !open(vault).isEndIgnored {
            await pass(max((try open(vault).due ?? time.now.wall) - time.now.wall, 1), engine)
        }
        #expect(try open(vault).isEndIgnored && RotationTiming().propagation.count == Rotation.mostEndLooks)
        let busy = await #expect(throws: VaultError.self) {
            try await engine.rotate(name, trigger: .operator, overlap: 0, id: "r2")
        }
        let hint = "revoke the old secret in the Marketplace, then: keyturn rotation resume r1; "
        #expect(busy?.hint == hint + "for a new secret before that: keyturn rotate zoom --now")
        #expect(try await engine.finish(id: "r1").phase == .draining, "it changes nothing")
        if way == "by hand" {
            zoom.revoke("old")
            #expect(try await engine.resume(id: "r1").phase == .retired && vault.catalog.app(name)?.rotation == nil)
        } else {
            #expect(try await engine.rotateNow(name, id: "r2").id == "r2")
            #expect(try await vault.rotation(id: "r1").rotation.phase == .retired)
            #expect(vault.catalog.app(name)?.credential.generation.number == 3)
        }
    }

    @Test(arguments: [0, 2])
    func `an old secret that somebody else revoked ends the rotation, which says what was asked before`(late: Int)
        async throws
    {
        let (_, vault, zoom, engine) = try await make(.init(ends: Array(repeating: .late, count: late)))
        _ = try await engine.rotate(name, trigger: .operator, overlap: late == 0 ? 3600 : 0, id: "r1")
        await engine.settle()
        #expect(zoom.ends == late)
        zoom.revoke("old")
        // After the third change it waits for the throttle first.
        for _ in 0..<5 {
            guard let due = vault.catalog.app(name)?.rotation?.due else { break }
            await pass(max(due - time.now.wall, 1), engine)
        }
        let words = late == 0 ? "asked" : "asked again"
        let done = try await vault.rotation(id: "r1").rotation
        #expect(done.phase == .retired && zoom.ends == late)
        #expect(done.reason == "Zoom refused the old secret before Keyturn \(words) to revoke it")
    }

    @Test func `a secret that is entered in these two minutes leaves the holders of the newer one their time`()
        async throws
    {
        let (_, vault, zoom, engine) = try await make(.init(secondNew: .adds))
        let set = try await engine.rotate(name, trigger: .operator, overlap: 0, id: "r1")
        let dies = try #require(set.revokeAt)
        zoom.regenerate(keeping: "new-1", until: time.now.wall + 30 * 86_400)
        let next = try await engine.rotate(
            name, trigger: .manual, overlap: 86_400, secret: SecretBox("new-2"), id: "r2")
        #expect(next.id == "r2" && next.revokeAt == dies)
        #expect(try await vault.rotation(id: "r1").rotation.revokeAt == set.ending?.expires)
    }

    @Test func `waiting for holders does not count as waiting for Zoom`() async throws {
        let (_, vault, _, engine) = try await make(.init())
        try await vault.add(.sample("ada"))
        let entry = try #require(vault.catalog.app(name))
        let receipt = Receipt(of: entry, by: "ada", at: time.now.wall)
        try await vault.save([(.sample("zoom"), receipt)])
        _ = try await engine.rotate(name, trigger: .operator, overlap: 60, id: "r1")
        await pass(5 * 86_400, engine)
        try await vault.removeClient(.test("ada"))
        await engine.lookAgain(name)
        await engine.settle()
        let set = try open(vault)
        let wait = try #require(
            RotationWait(set, holders: [], targets: [], generation: set.target, now: time.now.wall + 100))
        #expect(set.ending != nil && wait.row.kind == .zoom && wait.since == set.ending?.call.at)
    }

    @Test func `every call has an ID of its own, in the intent, and a token that was minted before`() async throws {
        let (_, vault, _, engine) = try await make(.init(responses: [.lost, .delivered]))
        let lost = try await engine.rotate(name, trigger: .operator, overlap: 0, id: "r1")
        #expect(lost.phase == .lostResponse || lost.ending != nil)
        for _ in 1...50 {
            guard let due = vault.catalog.app(name)?.rotation?.due else { break }
            await pass(max(due - time.now.wall, 1), engine)
        }
        let done = try await vault.rotation(id: "r1").rotation
        let ids = done.calls.map(\.id) + [done.ending?.call.id ?? "none"]
        #expect(done.phase == .retired && ids.count == 3 && Set(ids).count == 3 && done.callToken == nil)
    }

    @Test func `a token that cannot be minted makes no intent`() async throws {
        let (_, vault, zoom, engine) = try await make(.init())
        let issuer = Tokenless(base: zoom)
        let other = RotationEngine(vault: vault, issuer: issuer, time: time, random: { $0.upperBound }, note: { _ in })
        let waiting = try await other.rotate(name, trigger: .operator, overlap: 0, id: "r1")
        #expect(waiting.phase == .planned && waiting.calls.isEmpty && waiting.reason == "no token" && zoom.made == 0)
        _ = engine
    }
}

/// A Zoom that issues no tokens for changes.
private struct Tokenless: SecretIssuer {
    let base: FakeZoom

    func prove(_ secret: SecretBox, of app: App) async -> Proof { await base.prove(secret, of: app) }
    func mintToken(for app: App, with current: SecretBox) async -> MintOutcome {
        .later(retryAfter: nil, reason: "no token")
    }
    func makeSecret(for app: App, revokeAt: Timestamp, with token: CallToken) async -> MakeOutcome {
        await base.makeSecret(for: app, revokeAt: revokeAt, with: token)
    }
    func read(_ answer: SecretBox) -> IssuedSecret? { base.read(answer) }
    func endOldSecret(of app: App, at end: Timestamp, with token: CallToken) async -> EndOutcome {
        await base.endOldSecret(of: app, at: end, with: token)
    }
}
