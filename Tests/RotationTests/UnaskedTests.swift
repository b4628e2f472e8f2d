import Domain
import Rotation
import SecretMemory
import TestSupport
import Testing
import Vault

/// What Zoom was certainly not asked for uses up none of the three changes that it takes in 15 minutes.
@Suite struct UnaskedTests {
    private let time = ManualTime()
    private let name = Name.test("zoom")

    private func make(_ manners: FakeZoom.Manners) async throws -> (Vault, FakeZoom, RotationEngine) {
        let disk = MemoryStore()
        try await Vault.create(in: disk, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(disk, with: .keyFile(), time: time)
        try await vault.add(.sample("zoom"), clientSecret: SecretBox("old"))
        let zoom = FakeZoom(secret: "old", manners: manners, time: time, fate: Fate(diesAt: nil))
        let engine = RotationEngine(
            vault: vault, issuer: zoom, timing: .unhurried, time: time, random: { $0.upperBound }, note: { _ in })
        return (vault, zoom, engine)
    }

    @Test(arguments: 1...5) func `rotations refused before any call do not count, and the next one begins at once`(
        refusals: Int
    ) async throws {
        let refusal = MakeOutcome.never(reason: "the Marketplace app ID is unknown", isAsked: false)
        let (vault, zoom, engine) = try await make(.init(unasked: Array(repeating: refusal, count: refusals)))
        for number in 1...refusals {
            let refused = try await engine.rotate(name, trigger: .operator, overlap: 0, id: "r\(number)")
            #expect(refused.phase == .refused && refused.calls.isEmpty && refused.otherCalls.isEmpty)
        }
        let done = try await engine.rotate(name, trigger: .operator, overlap: 0, id: "done")
        #expect(done.phase == .retired && done.calls.count == 1 && done.otherCalls.count == 1, "\(done)")
        #expect(vault.catalog.app(name)?.credential.generation.number == 2 && zoom.densestCalls == 2)
    }

    @Test func `a refusal that Zoom may have counted is counted`() async throws {
        let refusal = MakeOutcome.never(reason: "wrong app ID")
        let (_, zoom, engine) = try await make(.init(unasked: Array(repeating: refusal, count: 3)))
        for number in 1...3 {
            let refused = try await engine.rotate(name, trigger: .operator, overlap: 0, id: "r\(number)")
            #expect(refused.phase == .refused && refused.calls.count == 1)
        }
        let waiting = try await engine.rotate(name, trigger: .operator, overlap: 0, id: "r4")
        #expect(waiting.phase == .planned && waiting.reason?.contains("three changes") == true && zoom.made == 0)
    }

    @Test func `calls that were never sent are repeated at growing pauses, and one is counted`() async throws {
        let away = MakeOutcome.notNow(retryAfter: nil, reason: "cannot connect", isAsked: false)
        let (vault, zoom, engine) = try await make(.init(unasked: Array(repeating: away, count: 6)))
        _ = try await engine.rotate(name, trigger: .operator, overlap: 86_400, id: "r1")
        var pauses: [Int] = []
        while let open = vault.catalog.app(name)?.rotation, open.phase == .planned {
            #expect(open.reason == "cannot connect" && open.calls.isEmpty && open.revokeAt == nil)
            pauses.append(try #require(open.due) - time.now.wall)
            time.pass(try #require(pauses.last))
            await engine.carryOnZoom()
        }
        #expect(pauses == [4, 8, 16, 32, 64, 128])
        #expect(vault.catalog.app(name)?.rotation?.phase == .draining && zoom.made == 1)
        #expect(vault.catalog.app(name)?.rotation?.calls.count == 1)
    }

    @Test func `a lost response stays lost when the next call was never sent, and pauses grow`() async throws {
        let lost = MakeOutcome.unknown(reason: "lost", partial: nil)
        let away = MakeOutcome.notNow(retryAfter: nil, reason: "cannot connect", isAsked: false)
        let (vault, _, engine) = try await make(
            .init(unasked: [lost, away, away, away, .never(reason: "no scope", isAsked: false)]))
        _ = try await engine.rotate(name, trigger: .operator, overlap: 0, id: "r1")
        var pauses: [Int] = []
        for _ in 1...3 {
            let open = try #require(vault.catalog.app(name)?.rotation)
            #expect(open.phase == .lostResponse && open.calls.count == 1 && open.revokeAt != nil)
            pauses.append(try #require(open.due) - time.now.wall)
            time.pass(try #require(pauses.last))
            await engine.carryOnZoom()
        }
        #expect(pauses == [8, 8, 16])
        let held = try #require(vault.catalog.app(name)?.rotation)
        #expect(held.phase == .blocked && held.calls.count == 1 && held.reason == "no scope")
    }

    @Test func `the ID of a failed call is saved beside the reason, and another ID alone is no news`() async throws {
        let refusals = ["t1", "t2", "t3"].map {
            MakeOutcome.notNow(retryAfter: nil, reason: FailureReason("refused", trackingID: $0))
        }
        let notes = Recorder<String>()
        let (vault, zoom, _) = try await make(.init(unasked: refusals))
        let engine = RotationEngine(
            vault: vault, issuer: zoom, timing: .unhurried, time: time, random: { $0.upperBound }
        ) { event in
            if case .waits(_, let rotation) = event { notes.record(rotation.reason ?? "") }
        }
        _ = try await engine.rotate(name, trigger: .operator, overlap: 0, id: "r1")
        var ids: [String?] = []
        while let open = vault.catalog.app(name)?.rotation, open.phase == .planned {
            #expect(open.reason == "refused")
            ids.append(open.trackingID)
            guard ids.count < 3 else { break }
            time.pass(max((open.due ?? time.now.wall) - time.now.wall, 1))
            await engine.carryOnZoom()
        }
        #expect(ids == ["t1", "t2", "t3"] && notes.all.isEmpty, "\(notes.all)")
        // In a text about it, the ID stays.
        let inside: FailureReason = "the new secret could not be verified: \(FailureReason("no", trackingID: "t4"))"
        #expect(inside.trackingID == "t4" && inside.text == "the new secret could not be verified: no")
    }

    @Test func `revoking the old secret does not count either where Zoom was not asked`() async throws {
        let away = EndOutcome.later(retryAfter: nil, reason: "no token", isAsked: false)
        let (vault, zoom, engine) = try await make(.init(unaskedEnds: Array(repeating: away, count: 4)))
        _ = try await engine.rotate(name, trigger: .operator, overlap: 0, id: "r1")
        for _ in 1...4 {
            let open = try #require(vault.catalog.app(name)?.rotation)
            #expect(open.phase == .draining && open.reason == "no token" && open.otherCalls.isEmpty)
            time.pass(try #require(open.due) - time.now.wall)
            await engine.carryOnZoom()
        }
        let last = try #require(try await vault.rotations(of: .sample("zoom")).last)
        #expect(last.phase == .retired && last.otherCalls.count == 1 && !zoom.accepts("old"))
    }
}
