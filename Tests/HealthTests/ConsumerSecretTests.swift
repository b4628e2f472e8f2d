import Domain
import SecretMemory
import SocketAPI
import TestSupport
import Testing

@testable import Health
@testable import Scheduling
@testable import Vault

/// A secret that is dead, or dies soon, is as critical for a push target or a client as for whoever asks the socket.
@Suite struct ConsumerSecretTests {
    private static let now = Timestamp(unixSeconds: 1_800_000_000)
    private static let day = 86_400
    private static let (first, second, third) = (Generation.first, Generation.first.next, Generation.first.next.next)

    /// Generation 3 is handed out. The secret of the second dies so many seconds from now, at the word of a rotation that is
    /// over.
    private static func app(dies left: Int?, holding generation: Generation? = nil) -> AppEntry {
        var facts = AppEntry.Facts()
        facts.replaced = left.map { ReplacedSecret(generation: second, expires: now + $0) }
        if let generation {
            let holder = Holder(node: .first, client: .test("ping"))
            facts.fingerprint = "c"
            facts.receipts[holder] = Receipt(
                holder: holder, generation: generation, secret: generation == third ? "c" : "o",
                at: now + -40 * day, isAcknowledged: false)
        }
        let credential = Credential(
            generation: third, state: .current, clientSecret: SecretBox("s"), createdAt: now + -9 * day)
        return AppEntry(app: .sample("zoom"), credential: credential, facts)
    }

    private static func target(_ app: AppEntry, _ state: TargetState, _ change: (inout Delivery) -> Void)
        -> [HealthIssue]
    {
        var delivery = Delivery()
        (delivery.generation, delivery.replicatedAt, delivery.pushedAt) = (third, now + -day, now + -day)
        change(&delivery)
        return TargetProblems(
            entry: TargetEntry(target: .sample("console", of: app.app), delivery: delivery), app: app, state: state,
            now: now
        ).all.map { $0.graded(at: now) }
    }

    private static func words(_ problems: [HealthIssue]) -> [String] {
        problems.map { "\($0.severity.rawValue) \($0.code)" }
    }

    @Test(arguments: [
        (-400 * day, ["critical consumer_secret_expired"]), (0, ["critical consumer_secret_expired"]),
        (7 * day, ["critical consumer_secret_expired"]), (7 * day + 1, ["warning target_behind"]),
    ]) func `a target whose engines have an expired secret stops provisioning`(left: Int, expected: [String]) {
        let app = Self.app(dies: left)
        #expect(Self.words(Self.target(app, .behind) { $0.generation = Self.second }) == expected)
        #expect(Self.words(Self.target(app, .behind) { $0.generation = Self.first }) == expected, "or an older one")
        let stuck = Self.target(app, .replicating) {
            ($0.before, $0.replicatedAt, $0.waiting) = (Self.second, nil, "10.0.0.2 is OUT_OF_DATE")
        }
        #expect(stuck[0].hint?.contains("target push") != true, "it was pushed, and to push again helps nothing")
        #expect(Self.words(stuck) == expected && stuck[0].detail.contains("10.0.0.2 is OUT_OF_DATE"), "\(stuck)")
        #expect(Self.words(Self.target(app, .current) { _ in }) == [], "one that has the present one is well")
    }

    @Test(arguments: [
        (-1, "critical"), (7 * day, "critical"), (8 * day, "warning"),
    ]) func `an unreachable console is as urgent as the secret that it has`(left: Int, severity: String) {
        let failure = Delivery.Failure(
            at: Self.now, step: .access, cause: "unreachable", reason: "away", hint: nil, isRefusal: false)
        let app = Self.app(dies: left)
        let away = Self.target(app, .behind) { ($0.generation, $0.failure) = (Self.second, failure) }
        #expect(Self.words(away) == ["\(severity) target_failed"])
        #expect(Self.words(Self.target(app, .current) { $0.failure = failure }) == ["warning target_failed"])
    }

    @Test(
        arguments: [(-1, "critical"), (7 * day, "critical"), (8 * day, "warning"), (nil, "warning")] as [(Int?, String)]
    )
    func `a secret that somebody put back may be an expired one`(left: Int?, severity: String) {
        let changed = Self.target(Self.app(dies: left), .current) {
            $0.drift = Drift(seenAt: Self.now + -60, kind: .secret)
        }
        #expect(Self.words(changed) == ["\(severity) target_changed"])
        #expect(changed[0].hint?.hasPrefix("keyturn target push console; only if you know") == true)
    }

    @Test(arguments: [
        (second, -1, true), (first, -1, true), (second, 7 * day, true), (second, 8 * day, false), (third, -1, false),
    ]) func `a client that holds an expired secret is a problem`(generation: Generation, left: Int, isProblem: Bool) {
        let entry = Self.app(dies: left, holding: generation)
        func problems(_ ungranted: Set<Name> = []) -> [HealthIssue] {
            AppProblems(
                entry: entry, holders: generation < Self.third ? [.test("ping")] : [], recurrence: .success(nil),
                now: Self.now, ungranted: ungranted
            ).all.map { $0.graded(at: Self.now) }
        }
        #expect(Self.words(problems()) == (isProblem ? ["critical consumer_secret_expired"] : []))
        if isProblem {
            #expect(
                problems()[0].detail.hasPrefix(
                    "client 'ping' fetched generation \(generation) last, whose secret expire"))
            #expect(problems()[0].hint?.contains("keyturn client remove ping") == true)
        }
        #expect(problems([.test("ping")]).isEmpty, "who may not fetch it any more loses nothing")
    }

    @Test func `the time when a secret expired is known over a restart, and stays with the newest rotation`()
        async throws
    {
        let time = ManualTime()
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        var vault = try await Vault.open(store, with: .keyFile(), time: time)
        let app = App.sample("zoom")
        try await vault.add(app, clientSecret: SecretBox("s"))
        var deaths: [Timestamp] = []
        for number in 1...3 {
            let base = try #require(vault.catalog.app(app.name)?.credential.generation)
            var rotation = Rotation.planned(
                id: "r\(number)", app: app, base: base, trigger: .operator, overlap: 0, at: time.now.wall)
            try await vault.begin(rotation, of: app)
            (rotation.phase, rotation.promotedAt, rotation.revokeAt) = (.current, time.now.wall, time.now.wall + 3600)
            try await vault.promote(
                Credential(
                    generation: base.next, state: .current, clientSecret: SecretBox("n"), createdAt: time.now.wall),
                by: rotation, of: app)
            #expect(vault.catalog.app(app.name)?.expiry(of: base) == time.now.wall + 3600)
            time.pass(60)
            (rotation.phase, rotation.endedAt, rotation.revokeAt) = (.retired, time.now.wall, time.now.wall)
            try await vault.retire(by: rotation, of: app)
            deaths.append(time.now.wall)
            time.pass(Self.day)
        }
        for _ in 0..<2 {
            let entry = try #require(vault.catalog.app(app.name))
            #expect(entry.replaced == ReplacedSecret(generation: Self.third, expires: deaths[2]))
            #expect(entry.expiry(of: Self.first) == deaths[2] && entry.expiry(of: entry.credential.generation) == nil)
            vault.close()
            vault = try await Vault.open(store, with: .keyFile(), time: time)
        }
    }

    @Test func `a wait is measured from when its stage began, over tries and restarts`() async throws {
        let time = ManualTime()
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(store, with: .keyFile(), time: time)
        let app = App.sample("zoom")
        try await vault.add(app, clientSecret: SecretBox("s"))
        let begun = time.now.wall
        var rotation = Rotation.planned(
            id: "r", app: app, base: .first, trigger: .operator, overlap: 0, at: begun)
        try await vault.begin(rotation, of: app)
        for phase in [RotationPhase.intended, .planned, .intended, .planned] {
            time.pass(900)
            rotation.phase = phase
            try await vault.advance(rotation, of: app)
        }
        #expect(vault.catalog.app(app.name)?.rotation?.enteredAt == begun, "asking to and fro is one wait")
        rotation.phase = .received
        try await vault.advance(rotation, of: app)
        let entered = time.now.wall
        time.pass(900)
        try await vault.advance(rotation, of: app)
        vault.close()
        let again = try await Vault.open(store, with: .keyFile(), time: time)
        #expect(again.catalog.app(app.name)?.rotation?.enteredAt == entered)
    }
}
