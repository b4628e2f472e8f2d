import Domain
import Rotation
import SecretMemory
import TestSupport
import Testing
import Vault

/// Every state that a rotation comes into is told once: its beginning, its end, and all between.
@Suite struct MoveTests {
    enum Outcome: CaseIterable {
        case done, refused, secretRefused, postponedAndAborted, lostOnce, heldAndResumed, byHand, byHandInstead,
            draining

        var phases: [RotationPhase] {
            let promoted: [RotationPhase] = [.received, .verified, .current, .published, .draining]
            return switch self {
            case .done, .draining: [.planned, .intended] + promoted + [.retired]
            case .refused: [.planned, .intended, .refused]
            case .secretRefused: [.planned, .refused]
            case .postponedAndAborted: [.planned, .intended, .planned, .intended, .planned, .aborted]
            case .lostOnce: [.planned, .intended, .lostResponse, .intended] + promoted + [.retired]
            case .heldAndResumed: [.planned, .intended, .received, .blocked] + promoted + [.retired]
            case .byHand: promoted + [.retired]
            case .byHandInstead:
                [.planned]
                    + [[.intended, .lostResponse], [.intended, .lostResponse], [.intended, .lostResponse]]
                    // Zoom takes it before it is taken.
                    .flatMap(\.self) + promoted.dropFirst() + [.retired]
            }
        }

        var manners: FakeZoom.Manners {
            switch self {
            case .done, .draining, .secretRefused, .byHand: .init()
            case .refused: .init(unasked: [.never(reason: "no")])
            case .postponedAndAborted:
                .init(unasked: Array(repeating: .notNow(retryAfter: nil, reason: "away", isAsked: false), count: 9))
            case .lostOnce: .init(responses: [.lost, .delivered])
            case .byHandInstead: .init(responses: [.lost], secondNew: .adds)
            case .heldAndResumed: .init(propagation: 86_400)
            }
        }
    }

    private let time = ManualTime()
    private let name = Name.test("zoom")
    private let moves = Recorder<RotationPhase>()
    private let waits = Recorder<String>()

    private func engine(_ vault: Vault, _ zoom: FakeZoom) -> RotationEngine {
        RotationEngine(vault: vault, issuer: zoom, time: time, random: { $0.upperBound }) { [moves, waits] event in
            switch event {
            case .moved(_, let rotation): moves.record(rotation.phase)
            case .waits(_, let rotation): waits.record(rotation.reason ?? "-")
            default: break
            }
        }
    }

    @Test(arguments: Outcome.allCases) func `each state is reported once, whatever comes of it`(_ outcome: Outcome)
        async throws
    {
        let disk = MemoryStore()
        try await Vault.create(in: disk, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(disk, with: .keyFile(), time: time)
        try await vault.add(.sample("zoom"), clientSecret: SecretBox("old"))
        let zoom = FakeZoom(
            secret: outcome == .secretRefused ? "another" : "old", manners: outcome.manners, time: time,
            fate: Fate(diesAt: nil))
        let engine = engine(vault, zoom)
        if outcome == .byHand { zoom.regenerate(keeping: "old", until: time.now.wall + 86_400) }
        _ = try await engine.rotate(
            name, trigger: outcome == .byHand ? .manual : .operator, overlap: outcome == .draining ? 3000 : 0,
            secret: outcome == .byHand ? SecretBox("new-1") : nil, id: "r1")
        if outcome == .byHandInstead {
            time.pass(1000)
            zoom.regenerate(keeping: "old", until: time.now.wall + 30 * 86_400)
            _ = try await engine.rotate(name, trigger: .manual, overlap: 0, secret: SecretBox("new-4"), id: "r2")
        }
        if outcome == .postponedAndAborted {
            await engine.carryOnZoom()
            try await engine.abort(id: "r1")
        }
        var looks = 0
        while let open = vault.catalog.app(name)?.rotation, looks < 50 {
            looks += 1
            if open.phase == .blocked {
                time.pass(86_400)
                _ = try await engine.resume(id: "r1")
            } else {
                // Looked at more often than there is anything to do: that is no move.
                await engine.lookAgain(name)
                await engine.settle()
                if let due = open.due { time.pass(max(due - time.now.wall, 1)) }
                await engine.carryOnZoom()
            }
        }
        #expect(moves.all == outcome.phases)
        #expect(Set(waits.all).count == waits.count, "each reason once: \(waits.all)")
    }
}
