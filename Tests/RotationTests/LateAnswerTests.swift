import Domain
import Rotation
import SecretMemory
import TestSupport
import Testing
import Vault

/// Zoom made a secret, and clients get another one: whatever moment the process dies at, the secret is not lost before Zoom has
/// refused it, and clients get it once they need it.
@Suite struct LateAnswerTests {
    enum Case: CaseIterable, Sendable {
        /// An operator enters another secret while the answer has not been read, or Zoom does not accept it yet.
        case displacedUnread, displaced
        /// It is in the spool, and its rotation has another secret that is live, or has not made the call, or is unknown.
        case spooled, forgottenCall, forgottenRotation

        /// Whether the secret is newer than the one that clients have, by all that the vault knows.
        var isNewer: Bool { self == .forgottenCall || self == .forgottenRotation }
    }

    /// What becomes of the secret that clients have.
    enum Fortune: CaseIterable, Sendable { case servedDies, candidateDies }

    static let cases = Case.allCases.flatMap { scenario in Fortune.allCases.map { (scenario, $0) } }

    @Test(arguments: cases)
    func `no crash at any moment loses a secret from a late answer`(_ scenario: Case, _ fortune: Fortune) async throws {
        let untouched = try await run(scenario, fortune, diesAt: nil)
        #expect(untouched > 6)
        for moment in 0..<untouched { _ = try await run(scenario, fortune, diesAt: moment) }
    }

    private let name = Name.test("zoom")

    private func run(_ scenario: Case, _ fortune: Fortune, diesAt death: Int?) async throws -> Int {
        let (time, disk, spool) = (ManualTime(), MemoryStore(), MemorySpool())
        let first = FakeZoom(secret: "old", manners: .init(secondNew: .adds), time: time, fate: Fate(diesAt: nil))
        try await Vault.create(in: disk, unlockKeys: [.keyFile()])
        let setUp = try await Vault.open(disk, with: .keyFile(), time: time)
        try await setUp.add(.sample("zoom"), clientSecret: SecretBox("old"))
        try await prepare(scenario, setUp, first, spool, time)

        // The life in which it dies, if it does.
        let fate = Fate(diesAt: death)
        var zoom = FakeZoom(first, fate: fate)
        var vault = try await Vault.open(MortalStore(disk, fate: fate), with: .keyFile(), time: time)
        var engine = self.engine(vault, zoom, MortalSpool(spool, fate: fate), time)
        try await live(scenario, fortune, engine, zoom, time)
        if fate.isDead {
            zoom = FakeZoom(zoom, fate: Fate(diesAt: nil))
            vault = try await Vault.open(disk.reopened(), with: .keyFile(), time: time)
            engine = self.engine(vault, zoom, spool, time)
            try await live(scenario, fortune, engine, zoom, time)
        }

        let place = "death at \(death.map(String.init) ?? "no") moment"
        let entry = try #require(vault.catalog.app(name))
        #expect(zoom.accepts(entry.credential.clientSecret.text), "\(place)")
        #expect(spool.all.isEmpty, "\(place)")
        switch fortune {
        case .servedDies: #expect(entry.credential.clientSecret.text == "new-1", "\(place)")
        case .candidateDies: #expect(entry.candidates.isEmpty, "\(place)")
        }
        return fate.moments
    }

    private func engine(_ vault: Vault, _ zoom: FakeZoom, _ spool: any SpoolStore, _ time: ManualTime) -> RotationEngine
    {
        RotationEngine(
            vault: vault, issuer: zoom, spool: spool, time: time, random: { $0.upperBound }, note: { _ in })
    }

    /// What an earlier process left.
    private func prepare(
        _ scenario: Case, _ vault: Vault, _ zoom: FakeZoom, _ spool: MemorySpool, _ time: ManualTime
    ) async throws {
        let entry = try #require(vault.catalog.app(name))
        let begun = time.now.wall
        time.pass(5)
        var rotation = Rotation.planned(
            id: "r1", app: entry.app, base: .first, trigger: .operator, overlap: 3600, at: begun)
        (rotation.phase, rotation.calls) = (.intended, [Rotation.Call(id: "c1", at: time.now.wall)])
        rotation.revokeAt = begun + 29 * 86_400
        zoom.rotated(keeping: "old", until: begun + 29 * 86_400)
        let entry1 = try SpoolEntry(SecretBox("<new-1>"), to: rotation, of: entry.app, at: time.now.wall, for: vault)
        time.pass(5)
        switch scenario {
        case .displacedUnread, .displaced:
            rotation.phase = .received
            if scenario == .displaced { rotation.candidate = SecretBox("new-1") }
            rotation.answer = SecretBox("<new-1>")
            rotation.due = time.now.wall + 600
            try await vault.begin(rotation, of: entry.app)
        case .spooled:
            spool.plant(entry1.encoded)
            (rotation.phase, rotation.lostAt, rotation.resumesAt) = (.blocked, begun, .lostResponse)
            try await vault.begin(rotation, of: entry.app)
            zoom.regenerate(keeping: "nobody", until: begun)
            // Another process entered it, and could not read the spool.
            let engine = engine(vault, zoom, NoSpool(), time)
            _ = try await engine.rotate(name, trigger: .manual, overlap: 60, secret: SecretBox("new-2"), id: "r2")
        case .forgottenCall:
            spool.plant(entry1.encoded)
            (rotation.phase, rotation.calls, rotation.revokeAt) = (.planned, [], nil)
            rotation.due = begun + 86_400
            try await vault.begin(rotation, of: entry.app)
        case .forgottenRotation: spool.plant(entry1.encoded)
        }
        if scenario == .displaced || scenario == .displacedUnread { zoom.regenerate(keeping: "nobody", until: begun) }
    }

    /// One process, for more than three days.
    private func live(
        _ scenario: Case, _ fortune: Fortune, _ engine: RotationEngine, _ zoom: FakeZoom, _ time: ManualTime
    ) async throws {
        if scenario == .displaced || scenario == .displacedUnread {
            _ = try? await engine.rotate(name, trigger: .manual, overlap: 60, secret: SecretBox("new-2"), id: "r2")
        }
        for round in 0..<32 where !zoom.fate.isDead {
            // In the order in which they are due: a rotation that is planned for tomorrow does not begin before.
            await engine.lookAtSpool()
            await engine.judgeCandidates(of: name)
            await engine.carryOn(name)
            await engine.settle()
            if round == 5 {
                let isLater = scenario.isNewer && fortune == .candidateDies
                zoom.revoke(fortune == .servedDies || isLater ? "new-2" : "new-1")
            }
            time.pass(round < 5 ? 30 : 3 * 3600)
        }
    }
}
