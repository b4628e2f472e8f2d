import Domain
import Rotation
import SecretMemory
import Synchronization
import TestSupport
import Testing
import Vault

/// A rotation `r1` of the app `zoom` that stands where it is to, with a client that holds the old secret.
struct Stage {
    let time = ManualTime()
    let zoom: FakeZoom
    let issuer: SometimesAway
    let disk: MemoryStore
    let vault: Vault
    let engine: RotationEngine
    let place: WaysOutTests.Place

    /// The one app that there is.
    var entry: AppEntry { vault.catalog.entries[0] }

    /// Confirms, or never does.
    private struct Publisher: SecretPublisher {
        let outcome: PublishOutcome
        func publish(_ credential: Credential, of app: App) async -> PublishOutcome { outcome }
        func laggards(_ credential: Credential, of app: App) async -> [Laggard] { [] }
    }

    /// - Parameter ends: what Zoom answers first when it is asked to end the old secret.
    init(_ place: WaysOutTests.Place, ends: [EndOutcome] = []) async throws {
        self.place = place
        disk = MemoryStore()
        try await Vault.create(in: disk, unlockKeys: [.keyFile()])
        vault = try await Vault.open(disk, with: .keyFile(), time: time)
        try await vault.add(.sample("zoom"), clientSecret: SecretBox("old"))
        try await vault.add(.sample("ada"))
        let manners = FakeZoom.Manners(secondNew: .adds, unaskedEnds: ends)
        zoom = FakeZoom(secret: "old", manners: manners, time: time, fate: Fate(diesAt: nil))
        issuer = SometimesAway(base: zoom)
        let outcome: PublishOutcome =
            switch place {
            case .current: .later(retryAfter: nil, reason: "the console is away")
            case .blockedLive: .blocked(reason: "not that one")
            default: .confirmed
            }
        engine = RotationEngine(
            vault: vault, issuer: issuer, publisher: Publisher(outcome: outcome), time: time,
            random: { $0.upperBound }, note: { _ in })
        try await build()
    }

    private func build() async throws {
        let now = time.now.wall
        let app = entry.app
        let receipt = Receipt(of: entry, by: "ada", at: now)
        try await vault.save([(app, receipt)])
        let isByHand = place == .drainingByHand
        var facts = Rotation.planned(
            id: "r1", app: app, base: .first, trigger: isByHand ? .manual : .operator, overlap: 7 * 86_400, at: now)
        if place != .planned {
            facts.revokeAt = now + (30 * 86_400 - 3600)
            if !isByHand { facts.calls = [Rotation.Call(id: "c1", at: now)] }
            let until = now + (30 * 86_400 - 3600)
            if isByHand {
                zoom.regenerate(keeping: "old", until: until)
            } else {
                zoom.rotated(keeping: "old", until: until)
            }
        }
        switch place {
        case .planned:
            facts.due = now + 600
            facts.reason = "Zoom cannot be reached"
        case .intended: facts.phase = .intended
        case .lost: (facts.phase, facts.lostAt, facts.due) = (.lostResponse, now, now + 600)
        case .blockedLost:
            (facts.phase, facts.lostAt, facts.due, facts.resumesAt) = (.blocked, now, nil, .lostResponse)
            facts.reason = "asked in vain"
        case .received: (facts.phase, facts.answer, facts.due) = (.received, SecretBox("<new-1>"), now + 600)
        case .blockedReceived:
            (facts.phase, facts.candidate, facts.due, facts.resumesAt) = (.blocked, SecretBox("new-1"), nil, .received)
            facts.reason = "Zoom does not accept the new secret"
        default: (facts.phase, facts.candidate) = (.verified, SecretBox("new-1"))
        }
        try await vault.begin(facts, of: app)
        guard place.isLive, case .verified(let verified) = RotationState(facts),
            let promotion = verified.promote(at: now)
        else { return }
        facts = promotion.state.facts
        switch place {
        case .current: (facts.attempts, facts.due, facts.reason) = (1, now + 600, "the console is away")
        case .blockedLive:
            (facts.phase, facts.due, facts.resumesAt, facts.reason) = (.blocked, nil, .current, "not that one")
        case .published: (facts.phase, facts.publishedAt) = (.published, now)
        default: (facts.phase, facts.publishedAt, facts.due) = (.draining, now, now + 7 * 86_400)
        }
        try await vault.promote(promotion.credential, by: facts, of: app)
    }

    /// A secret that somebody makes in the Marketplace.
    func regenerated() -> String {
        zoom.regenerate(keeping: entry.credential.clientSecret.text, until: time.now.wall + 30 * 86_400)
        return "new-\(zoom.made)"
    }

    func say(_ word: WaysOutTests.Word, id: String = "r2") async throws(VaultError) {
        let name = Name.test("zoom")
        switch word {
        case .finish: _ = try await engine.finish(id: "r1")
        case .now: _ = try await engine.rotateNow(name, id: id)
        case .good: try await enter(regenerated(), id)
        case .bad: try await enter("typo", id)
        case .unasked:
            let secret = regenerated()
            issuer.isAway = true
            try await enter(secret, id)
            issuer.isAway = false
        case .abort: try await engine.abort(id: "r1")
        case .resume: _ = try await engine.resume(id: "r1")
        }
    }

    private func enter(_ secret: String, _ id: String) async throws(VaultError) {
        _ = try await engine.rotate(.test("zoom"), trigger: .manual, overlap: nil, secret: SecretBox(secret), id: id)
    }

    /// Until nothing more is going to happen, or long enough.
    func carryOn() async throws {
        for _ in 0..<200 {
            await engine.settle()
            guard let due = entry.rotation?.due else { return }
            #expect(zoom.accepts(entry.credential.clientSecret.text))
            // The client fetches once the overlap is over.
            if entry.rotation?.reason?.hasPrefix("still held by") == true {
                try await vault.save([(entry.app, Receipt(of: entry, by: "ada", at: time.now.wall))])
            }
            time.pass(max(due - time.now.wall, 1))
            await engine.carryOn(.test("zoom"))
        }
    }
}

/// Zoom, which cannot be reached at times.
final class SometimesAway: SecretIssuer {
    private let base: FakeZoom
    private let away = Mutex(false)
    private let unanswered = Mutex<String?>(nil)

    init(base: FakeZoom) { self.base = base }

    var isAway: Bool {
        get { away.withLock { $0 } }
        set { away.withLock { $0 = newValue } }
    }

    /// A secret about which no answer arrives.
    var silentAbout: String? {
        get { unanswered.withLock { $0 } }
        set { unanswered.withLock { $0 = newValue } }
    }

    func prove(_ secret: SecretBox, of app: App) async -> Proof {
        isAway || secret.text == silentAbout
            ? .later(retryAfter: nil, reason: "Zoom cannot be reached") : await base.prove(secret, of: app)
    }

    func mintToken(for app: App, with current: SecretBox) async -> MintOutcome {
        await base.mintToken(for: app, with: current)
    }

    func makeSecret(for app: App, revokeAt: Timestamp, with token: CallToken) async -> MakeOutcome {
        await base.makeSecret(for: app, revokeAt: revokeAt, with: token)
    }

    func read(_ answer: SecretBox) -> IssuedSecret? { base.read(answer) }

    func endOldSecret(of app: App, at end: Timestamp, with token: CallToken) async -> EndOutcome {
        await base.endOldSecret(of: app, at: end, with: token)
    }
}
