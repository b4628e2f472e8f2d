import Domain
import Rotation
import SecretMemory
import TestSupport
import Testing
import Vault

/// Whatever state a rotation is in, there is a command that gets the operator out: every place in which a rotation can stand,
/// and every word that an operator can say there.
@Suite struct WaysOutTests {
    enum Place: CaseIterable, Sendable {
        case planned, intended, lost, received, verified, current, published, draining
        case blockedLost, blockedReceived, blockedLive
        /// By hand: the end of the old secret is Zoom's own affair.
        case drainingByHand

        var isLive: Bool {
            [.current, .published, .draining, .blockedLive, .drainingByHand].contains(self)
        }
    }

    enum Word: CaseIterable, Sendable { case finish, now, good, bad, unasked, abort, resume }

    enum Outcome: Equatable, Sendable {
        /// Refused, with a code and a command that does help; nothing was changed.
        case refused(VaultError.Code)
        /// Where every rotation of the app ended or stands, oldest first, once nothing more is going to happen.
        case ends([RotationPhase], within: Int)
    }

    private static let soon = 60
    /// Zoom takes three changes in 15 minutes.
    private static let throttled = 2100
    private static let month = 31 * 86_400

    /// The table. `bad` is the same everywhere: refused, and nothing changed.
    static func expected(_ place: Place, _ word: Word) -> Outcome {
        switch (place, word) {
        case (_, .bad): .refused(.refused)
        case (.planned, .abort): .ends([.aborted], within: soon)
        case (_, .abort): .refused(.busy)
        case (_, .finish) where !place.isLive: .refused(.busy)
        case (_, .finish): .ends([.retired], within: throttled)
        case (_, .now) where place.isLive: .ends([.retired, .retired], within: throttled)
        case (_, .now): .ends([.retired], within: throttled)
        // Nobody can be pushed to: the word is taken, and the new rotation stands where the old one stood.
        case (.current, .good), (.current, .unasked): .ends([.retired, .current], within: month)
        case (.blockedLive, .good), (.blockedLive, .unasked): .ends([.retired, .blocked], within: soon * 60)
        case (_, .good) where place.isLive, (_, .unasked) where place.isLive:
            .ends([.retired, .retired], within: month)
        case (.current, .resume): .ends([.current], within: month)
        case (.blockedLive, .resume): .ends([.blocked], within: soon)
        case (_, .good), (_, .unasked), (_, .resume): .ends([.retired], within: month)
        }
    }

    static let all = Place.allCases.flatMap { place in Word.allCases.map { (place, $0) } }

    @Test(arguments: all) func `every operator's request has its outcome in every state`(_ place: Place, _ word: Word)
        async throws
    {
        let stage = try await Stage(place)
        let before = try #require(stage.entry.rotation)
        let secret = stage.entry.credential.clientSecret.text
        let begun = stage.time.now.wall
        let expected = Self.expected(place, word)
        do throws(VaultError) {
            try await stage.say(word)
        } catch {
            guard case .refused(let code) = expected else { throw error }
            #expect(error.code == code && error.hint?.hasPrefix("keyturn ") == true, "\(error.detail)")
            let after = try #require(stage.entry.rotation)
            #expect(after.id == before.id && after.phase == before.phase && after.due == before.due)
            #expect(stage.entry.credential.clientSecret.text == secret)
            return
        }
        guard case .ends(let phases, let seconds) = expected else {
            Issue.record("\(word) was taken in \(place)")
            return
        }
        try await stage.carryOn()
        let all = try await stage.vault.rotations(of: stage.entry.app)
        #expect(all.map(\.phase) == phases, "\(all.map { "\($0.phase): \($0.reason ?? "-")" })")
        #expect(stage.time.now.wall - begun <= seconds || phases.last == .current)
        #expect(stage.zoom.accepts(stage.entry.credential.clientSecret.text), "dead, and handed out")
        #expect(stage.zoom.densestCalls <= 3)
    }

    @Test(arguments: Place.allCases)
    func `in every state some request ends the rotation, whatever it waits for`(_ place: Place) {
        let ways = Word.allCases.filter {
            if case .ends(let phases, let seconds) = Self.expected(place, $0) {
                return seconds <= Self.throttled && phases.allSatisfy(\.isFinal)
            }
            return false
        }
        #expect(!ways.isEmpty)
    }

    @Test func `a leaked secret is revoked, and so is the one before it`() async throws {
        let stage = try await Stage(.draining)
        try await stage.say(.now)
        try await stage.carryOn()
        #expect(!stage.zoom.accepts("old") && !stage.zoom.accepts("new-1"))
        #expect(stage.entry.credential.generation.number == 3)
        // The second time it is a new incident.
        try await stage.say(.now, id: "r3")
        try await stage.carryOn()
        #expect(stage.entry.credential.generation.number == 4)
    }

    @Test func `after a rotation out of a backup another one follows, which revokes the leaked secret`() async throws {
        let stage = try await Stage(.planned)
        try await stage.vault.suspectAll(at: stage.time.now.wall)
        try await stage.say(.now)
        try await stage.carryOn()
        #expect(try await stage.vault.rotations(of: stage.entry.app).map(\.phase) == [.retired, .retired])
        #expect(!stage.zoom.accepts("old") && stage.zoom.accepts(stage.entry.credential.clientSecret.text))
    }

    @Test func `a secret that is left to expire is not reported as revoked`() async throws {
        let stage = try await Stage(.draining)
        let dies = try #require(stage.entry.rotation?.revokeAt)
        try await stage.vault.suspectAll(at: stage.time.now.wall)
        try await stage.say(.finish)
        #expect(stage.entry.rotation == nil && stage.zoom.accepts("old"))
        #expect(stage.entry.replaced?.expires == dies)
    }

    @Test func `a repeated request while it waits for Zoom rotates once`() async throws {
        let stage = try await Stage(.draining)
        try await stage.say(.now)
        #expect(stage.entry.rotation?.successor == "r2" && stage.entry.rotation?.ending?.isConfirmed == true)
        try await stage.say(.now, id: "r0")
        stage.time.pass(122)
        await stage.engine.carryOn(.test("zoom"))
        #expect(stage.entry.rotation?.id == "r2" && stage.entry.rotation?.promotedAt != nil)
        try await stage.say(.now, id: "r3")
        try await stage.carryOn()
        #expect(try await stage.vault.rotations(of: stage.entry.app).map(\.id) == ["r1", "r2"])
    }

    @Test func `a Zoom that does not revoke old secrets does not keep a leaked one alive`() async throws {
        let refusal = EndOutcome.refused(reason: "no scope", isAsked: true)
        let stage = try await Stage(.draining, ends: [refusal])
        let dies = try #require(stage.entry.rotation?.revokeAt)
        let begun = stage.time.now.wall
        try await stage.say(.now)
        try await stage.carryOn()
        #expect(stage.time.now.wall - begun <= Self.throttled)
        #expect(stage.entry.credential.generation.number == 3 && stage.entry.rotation == nil)
        let first = try await stage.vault.rotation(id: "r1").rotation
        #expect(first.phase == .retired && first.revokeAt == dies, "nobody ended it")
        #expect(first.reason?.contains("no scope") == true)
    }

    @Test func `an old secret that Zoom was told to revoke keeps its known end when a secret is entered`() async throws
    {
        let stage = try await Stage(.draining)
        let dies = try #require(stage.entry.rotation?.revokeAt)
        try await stage.say(.good)
        let superseded = try await stage.vault.rotation(id: "r1").rotation
        #expect(superseded.revokeAt == dies && superseded.successor == "r2")
        #expect(superseded.reason == "superseded by a secret entered by hand")
        #expect(stage.entry.replaced == ReplacedSecret(generation: .first, expires: dies))
        // Whoever has the oldest is waited for no longer than that.
        #expect(stage.entry.rotation.map { $0.revokeAt ?? dies <= dies } == true)
    }

    @Test func `a secret that is entered in a restored vault has a number that no secret had before`() async throws {
        let stage = try await Stage(.draining)
        let floor = GenerationFloor(generation: try #require(Generation(4)))
        try await stage.vault.suspectAll(at: stage.time.now.wall, floors: [.test("zoom"): floor])
        try await stage.say(.good)
        #expect(stage.entry.credential.generation.number == 5)
    }

    @Test func `a first secret that is mistyped ends its rotation at once, and the right one is accepted`() async throws
    {
        let stage = try await Stage(.draining)
        try await stage.say(.finish)
        try await stage.carryOn()
        let begun = stage.time.now.wall
        let refused = try await stage.engine.rotate(
            .test("zoom"), trigger: .manual, overlap: 0, secret: SecretBox("typo"), id: "r8")
        #expect(refused.phase == .refused && refused.candidate == nil && stage.time.now.wall == begun)
        #expect(refused.reason?.hasPrefix("Zoom refuses the secret that was entered") == true)
        let secret = stage.regenerated()
        let taken = try await stage.engine.rotate(
            .test("zoom"), trigger: .manual, overlap: 0, secret: SecretBox(secret), id: "r9")
        #expect(taken.promotedAt != nil && stage.entry.credential.clientSecret.text == secret)
    }

    @Test func `an incident continues when the secret that was entered before it turns out mistyped`() async throws {
        let stage = try await Stage(.draining)
        try await stage.say(.finish)
        try await stage.carryOn()
        let leaked = stage.entry.credential.clientSecret.text
        stage.issuer.isAway = true
        _ = try await stage.engine.rotate(
            .test("zoom"), trigger: .manual, overlap: nil, secret: SecretBox("typo"), id: "r8")
        let begun = try await stage.engine.rotateNow(.test("zoom"), id: "r9")
        #expect(begun.id == "r8" && begun.successor == "r9")
        stage.issuer.isAway = false
        try await stage.carryOn()
        let all = try await stage.vault.rotations(of: stage.entry.app)
        #expect(all.map(\.phase) == [.retired, .refused, .retired])
        #expect(stage.entry.credential.clientSecret.text != leaked && !stage.zoom.accepts(leaked))
    }

    @Test func `an entered secret that Zoom refuses later leaves the rotation where it was`() async throws {
        let stage = try await Stage(.blockedLive)
        stage.issuer.isAway = true
        _ = try await stage.engine.rotate(
            .test("zoom"), trigger: .manual, overlap: nil, secret: SecretBox("typo"), id: "r2")
        #expect(stage.entry.rotation?.entered != nil && stage.entry.rotation?.phase == .blocked)
        stage.issuer.isAway = false
        try await stage.carryOn()
        let after = try #require(stage.entry.rotation)
        #expect(after.id == "r1" && after.phase == .blocked && after.entered == nil && after.due == nil)
        #expect(after.reason?.contains("refuses the secret that was entered") == true)
        #expect(after.reason?.contains("not that one") == true && after.resumesAt == .current)
    }

    @Test func `a changed overlap applies to the rotation under way`() async throws {
        let stage = try await Stage(.draining)
        let client = try #require(stage.vault.catalog.client(.test("ada")))
        try await stage.vault.removeClient(client.name)
        #expect(try await stage.engine.setOverlap(0, of: .test("zoom"))?.overlap == 0)
        try await stage.carryOn()
        #expect(stage.entry.rotation == nil && !stage.zoom.accepts("old"))
    }
}
