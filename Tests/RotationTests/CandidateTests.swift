import Domain
import Rotation
import SecretMemory
import TestSupport
import Testing
import Vault

/// A secret that Zoom made and that clients do not get is judged by Zoom's word on it, and by nothing else.
@Suite struct CandidateTests {
    private static let places: [WaysOutTests.Place] = [.received, .blockedReceived]

    /// An operator enters `new-2`, while the rotation has `new-1`.
    private func displaced(_ place: WaysOutTests.Place) async throws -> Stage {
        let stage = try await Stage(place)
        stage.time.pass(60)
        let secret = stage.regenerated()
        let rotation = try await stage.engine.rotate(
            .test("zoom"), trigger: .manual, overlap: nil, secret: SecretBox(secret), id: "r2")
        #expect(rotation.id == "r1" && stage.entry.credential.clientSecret.text == "new-2")
        return stage
    }

    private func pass(_ seconds: Int, _ stage: Stage) async {
        stage.time.pass(seconds)
        await stage.engine.carryOnZoom()
        await stage.engine.settle()
    }

    @Test(arguments: places)
    func `a secret that is entered displaces Zoom's answer, and does not drop it`(_ place: WaysOutTests.Place)
        async throws
    {
        let stage = try await displaced(place)
        let saved = try #require(stage.entry.candidates.first)
        #expect(saved.secret?.text ?? saved.answer?.text == (place == .received ? "<new-1>" : "new-1"))
        #expect(saved.beside == stage.entry.generation && saved.verdict == nil && saved.answeredAt < saved.savedAt)
        await pass(0, stage)
        #expect(stage.entry.candidates.first?.verdict == .accepted)
        #expect(stage.entry.credential.clientSecret.text == "new-2", "both work, and it is unknown which one lasts")
        // Once Zoom refuses the one that clients get, they get the other one.
        stage.zoom.revoke("new-2")
        await pass(86_400, stage)
        #expect(stage.entry.credential.clientSecret.text == "new-1" && stage.zoom.accepts("new-1"))
        #expect(stage.entry.candidates.isEmpty, "it is a generation")
        try await stage.carryOn()
        #expect(stage.entry.rotation == nil && stage.entry.credential.clientSecret.text == "new-1")
    }

    @Test func `a candidate is tried within a minute once Zoom is known to refuse what clients get`() async throws {
        let stage = try await displaced(.received)
        await pass(0, stage)
        stage.zoom.revoke("new-2")
        var refused = Refusals.sample([stage.time.now.wall])
        refused = Refusals(
            generation: stage.entry.generation, times: refused.times, cause: refused.cause, reason: refused.reason,
            mayPass: false)
        try await stage.vault.save(refused, for: stage.entry.app)
        await pass(60, stage)
        #expect(stage.entry.credential.clientSecret.text == "new-1")
    }

    @Test func `a candidate that Zoom refuses stays for 65 minutes, and is tried more often at first`() async throws {
        let stage = try await displaced(.blockedReceived)
        stage.zoom.revoke("new-1")
        var asked: [Int] = []
        let saved = try #require(stage.entry.candidates.first).savedAt
        for _ in 0..<40 {
            guard let candidate = stage.entry.candidates.first else { break }
            let due = RotationTiming().due(candidate, isServedRefused: false, now: stage.time.now.wall)
            asked.append(due - saved)
            await pass(max(due - stage.time.now.wall, 0), stage)
            #expect(stage.entry.candidates.first.map { $0.verdict == .refused } ?? true)
        }
        #expect(asked == [0, 60, 120, 240, 480, 960, 1920, 3840, 3900])
        #expect(stage.entry.candidates.isEmpty && stage.time.now.wall - saved == 3900)
        #expect(stage.entry.credential.clientSecret.text == "new-2")
    }

    @Test func `while Zoom refuses all secrets of the app, a candidate stays, and Zoom is not asked often`()
        async throws
    {
        let stage = try await displaced(.blockedReceived)
        for secret in ["new-1", "new-2"] { stage.zoom.revoke(secret) }
        let begun = stage.time.now.wall
        var asked = 0
        while stage.time.now.wall - begun < 5 * 86_400, let candidate = stage.entry.candidates.first {
            let due = RotationTiming().due(candidate, isServedRefused: false, now: stage.time.now.wall)
            await pass(max(due - stage.time.now.wall, asked == 0 ? 0 : 1), stage)
            asked += 1
        }
        #expect(stage.entry.candidates.count == 1, "the app may have been deactivated")
        #expect(asked < 20, "\(asked)")
        // Another secret of the app works: so the refusal is about this one.
        try await stage.say(.good, id: "r3")
        await pass(86_400, stage)
        #expect(stage.entry.candidates.isEmpty)
    }

    @Test func `a secret that an operator entered and that Zoom has not judged does not give way to a candidate`()
        async throws
    {
        let stage = try await displaced(.received)
        try await stage.say(.unasked, id: "r3")
        #expect(stage.entry.rotation?.entered?.text == "new-3")
        stage.zoom.revoke("new-2")
        await stage.engine.judgeCandidates(of: .test("zoom"))
        #expect(stage.entry.rotation?.entered?.text == "new-3", "nobody else has it")
        await pass(900, stage)
        #expect(stage.entry.credential.clientSecret.text == "new-3")
    }

    @Test func `after the clock was set back, a candidate is judged at once, and its age counts from then`()
        async throws
    {
        let stage = try await displaced(.received)
        let (now, timing) = (stage.time.now.wall, RotationTiming())
        let later = now + 30 * 86_400
        let candidate = Candidate(
            id: "c", appID: "a", secret: SecretBox("s"), answeredAt: later, savedAt: later, beside: .first,
            askedAt: later, verdict: .refused)
        #expect(timing.due(candidate, isServedRefused: false, now: now) == now)
        let fate = CandidateFate(
            candidate, .refused(reason: "no"), served: .accepted, of: stage.entry, timing: timing, at: now)
        guard case .wait(let asked) = fate else {
            Issue.record("\(fate)")
            return
        }
        #expect(asked.savedAt == now && timing.due(asked, isServedRefused: false, now: now) == now + 60)
    }

    @Test func `while Zoom says nothing, a candidate stays`() async throws {
        let stage = try await displaced(.received)
        stage.issuer.isAway = true
        for _ in 0..<10 { await pass(86_400, stage) }
        #expect(stage.entry.candidates.first?.verdict == .unknown)
    }

    @Test func `an answer without a secret is no candidate for long`() async throws {
        let stage = try await Stage(.received)
        var facts = try #require(stage.entry.rotation)
        facts.answer = SecretBox("<new")
        try await stage.vault.advance(facts, of: stage.entry.app)
        #expect(stage.entry.candidates.map { $0.answer?.text } == ["<new-1>"], "no transition can drop it")
        _ = try await stage.engine.rotate(
            .test("zoom"), trigger: .manual, overlap: nil, secret: SecretBox(stage.regenerated()), id: "r2")
        #expect(Set(stage.entry.candidates.map { $0.answer?.text }) == ["<new-1>", "<new"])
        await pass(0, stage)
        #expect(stage.entry.candidates.map { $0.secret?.text } == ["new-1"])
    }

    @Test func `a mistyped secret is no candidate`() async throws {
        let stage = try await Stage(.planned)
        try await stage.engine.abort(id: "r1")
        let refused = try await stage.engine.rotate(
            .test("zoom"), trigger: .manual, overlap: nil, secret: SecretBox("typo"), id: "r2")
        #expect(refused.phase == .refused && stage.entry.candidates.isEmpty)
    }

    @Test func `the candidates of an app are removed with it`() async throws {
        let stage = try await displaced(.received)
        try await stage.vault.removeApp(.test("zoom"), force: true)
        let fresh = try await Vault.open(stage.disk.reopened(), with: .keyFile(), time: stage.time)
        #expect(fresh.catalog.entries.isEmpty)
    }
}
