import Domain
import Rotation
import SecretMemory
import TestSupport
import Testing
import Vault

/// A rotation that dies at one moment and goes on in the next process, for every moment and every trouble of Zoom's.
@Suite struct CrashMatrixTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var responses: [FakeZoom.Response]
        var secondNew: FakeZoom.SecondNew
        var propagation: Int
        var isManual = false
        /// What the operator says while the first rotation drains.
        var word: Word?

        enum Word { case finish, now, byHand }

        var testDescription: String {
            "\(responses), second new \(secondNew), propagation \(propagation)\(isManual ? ", by hand" : "")"
                + (word.map { ", then \($0)" } ?? "")
        }
    }

    static let cases: [Case] = {
        var cases: [Case] = []
        for response in FakeZoom.Response.allCases {
            for second in [FakeZoom.SecondNew.replaces, .adds, .refuses] {
                for propagation in [0, 7] {
                    cases.append(Case(responses: [response, .delivered], secondNew: second, propagation: propagation))
                }
                cases.append(Case(responses: [response], secondNew: second, propagation: 0))
            }
        }
        cases.append(Case(responses: [.delivered], secondNew: .adds, propagation: 0, isManual: true))
        for word in [Case.Word.finish, .now, .byHand] {
            cases.append(Case(responses: [.delivered], secondNew: .adds, propagation: 0, word: word))
        }
        cases.append(Case(responses: [.delivered, .lost], secondNew: .adds, propagation: 7, word: .now))
        return cases
    }()

    @Test(arguments: cases)
    func `no crash at any moment loses the only working secret`(scenario: Case) async throws {
        let template = try await Self.template()
        let untouched = try await run(scenario, on: template, diesAt: nil)
        #expect(untouched.moments > 8)
        for moment in 0..<untouched.moments { _ = try await run(scenario, on: template, diesAt: moment) }
    }

    /// Zoom documents that old and new both work until the time that was asked for. Should a second `new` end the old
    /// one all the same, the answer at hand must lead out.
    @Test func `when another call revokes the old secret at once, the new one takes over`() async throws {
        let scenario = Case(responses: [.lost, .delivered], secondNew: .endsTheOld, propagation: 0)
        _ = try await run(scenario, on: Self.template(), diesAt: nil)
    }

    private struct Outcome { var moments: Int }

    /// A vault with the app, to begin each run with.
    private static func template() async throws -> MemoryStore {
        let disk = MemoryStore()
        try await Vault.create(in: disk, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(disk, with: .keyFile(), time: ManualTime())
        try await vault.add(.sample("zoom"), clientSecret: SecretBox("old"))
        return disk
    }

    private func run(_ scenario: Case, on template: MemoryStore, diesAt death: Int?) async throws -> Outcome {
        let time = ManualTime()
        let fate = Fate(diesAt: death)
        let disk = template.reopened()
        let manners = FakeZoom.Manners(
            responses: scenario.responses, secondNew: scenario.secondNew, propagation: scenario.propagation)
        var zoom = FakeZoom(secret: "old", manners: manners, time: time, fate: fate)
        if scenario.isManual {
            // Somebody in the Marketplace, before we hear of it.
            zoom.regenerate(keeping: "old", until: time.now.wall + 86_400 * 30)
        }

        // The life in which it dies, if it does.
        var vault = try await Vault.open(MortalStore(disk, fate: fate), with: .keyFile(), time: time)
        try await live(&vault, zoom, time, scenario, begins: true)
        if fate.isDead {
            zoom = FakeZoom(zoom, fate: Fate(diesAt: nil))
            vault = try await Vault.open(disk.reopened(), with: .keyFile(), time: time)
            try await live(&vault, zoom, time, scenario, begins: false)
        }

        let entry = try #require(vault.catalog.app(.test("zoom")))
        let place = "death at \(death.map(String.init) ?? "no") moment"
        #expect(zoom.accepts(entry.credential.clientSecret.text), "handed out but dead: \(place)")
        #expect(zoom.densestCalls <= 3, "\(place)")
        if let open = entry.rotation {
            #expect(open.phase == .blocked, "ends in \(open.phase): \(place)")
            #expect(open.reason != nil && open.due == nil)
        }
        let all = try await vault.rotations(of: entry.app)
        #expect(all.filter { !$0.phase.isFinal }.count <= 1)
        return Outcome(moments: fate.moments)
    }

    /// One process: begins if it is to, and carries on as time passes, until all is done or it dies.
    private func live(
        _ vault: inout Vault, _ zoom: FakeZoom, _ time: ManualTime, _ scenario: Case, begins: Bool
    ) async throws {
        let engine = RotationEngine(
            vault: vault, issuer: zoom, time: time, random: { $0.upperBound }, note: { _ in })
        if begins {
            _ = try? await engine.rotate(
                .test("zoom"), trigger: scenario.isManual ? .manual : .operator, overlap: 3600,
                secret: scenario.isManual ? SecretBox("new-1") : nil, id: "r1")
        } else {
            await engine.carryOn(.test("zoom"))
        }
        var word = begins ? scenario.word : nil
        for _ in 0..<200 {
            await engine.settle()
            if let said = word, let entry = vault.catalog.app(.test("zoom")), entry.rotation?.phase == .draining {
                word = nil
                await say(said, to: engine, entry, zoom, time)
                await engine.settle()
            }
            guard !zoom.fate.isDead, let entry = vault.catalog.app(.test("zoom")) else { return }
            // At no moment of its life does it hand out what Zoom refuses.
            #expect(zoom.accepts(entry.credential.clientSecret.text))
            guard let due = entry.rotation?.due else { return }
            time.pass(max(due - time.now.wall, 1))
            await engine.carryOn(.test("zoom"))
        }
        Issue.record("no end in sight")
    }

    private func say(
        _ word: Case.Word, to engine: RotationEngine, _ entry: AppEntry, _ zoom: FakeZoom, _ time: ManualTime
    ) async {
        let name = Name.test("zoom")
        switch word {
        case .finish: _ = try? await engine.finish(id: "r1")
        case .now: _ = try? await engine.rotateNow(name, id: "r2")
        case .byHand:
            zoom.regenerate(keeping: entry.credential.clientSecret.text, until: time.now.wall + 86_400 * 30)
            _ = try? await engine.rotate(
                name, trigger: .manual, overlap: 60, secret: SecretBox("new-\(zoom.made)"), id: "r2")
        }
    }
}
