import Domain
import Rotation
import TestSupport
import Testing
import Vault

@testable import PushTargets

/// What holds for all targets of an app together, and how long a delivery waits.
@Suite struct PublishOutcomeTests {
    private static func words(_ outcome: PublishOutcome) -> String {
        switch outcome {
        case .confirmed: "confirmed"
        case .waiting(let seconds, let reason): "waiting \(seconds) \(reason)"
        case .later(let retryAfter, let reason): "later \(retryAfter ?? 0) \(reason)"
        case .blocked(let reason): "held \(reason)"
        }
    }

    @Test func `the worst of all targets decides, whatever their order`() {
        let wait = PublishOutcome.waiting(seconds: 9, reason: "w")
        let failure = PublishOutcome.later(retryAfter: 300, reason: "f")
        for (outcomes, expected) in [
            ([], "confirmed"), ([.confirmed, .confirmed], "confirmed"), ([.confirmed, wait], "waiting 9 w"),
            ([.waiting(seconds: 120, reason: "x"), wait], "waiting 9 w; x"), ([wait, failure], "later 300 f"),
            ([failure, .later(retryAfter: nil, reason: "e")], "later 300 e; f"),
            ([failure, .blocked(reason: "h"), wait, .confirmed], "held h"),
        ] as [([PublishOutcome], String)] {
            #expect(Self.words(PublishOutcome(ofAll: outcomes)) == expected)
            #expect(Self.words(PublishOutcome(ofAll: outcomes.reversed())) == expected)
        }
    }

    @Test func `settling counts from when the engines had it, and a clock that was set back adds nothing`() {
        let target = PushTarget.sample("console", of: .sample("zoom"), settle: 120)
        let now = Timestamp(unixSeconds: 1_800_000_000)
        var delivery = Delivery()
        #expect(delivery.isUnderWay(.first) && delivery.secondsToSettle(target, now: now) == 120)
        delivery.generation = .first
        #expect(delivery.isUnderWay(.first))
        delivery.replicatedAt = now
        #expect(!delivery.isUnderWay(.first) && delivery.isUnderWay(.first.next))
        for (passed, left) in [(0, 120), (1, 119), (120, 0), (5000, 0), (-5000, 120)] {
            #expect(delivery.secondsToSettle(target, now: now + passed) == left)
        }
    }

    @Test func `a cluster is checked soon at first, and less often later`() {
        var delivery = Delivery()
        let now = Timestamp(unixSeconds: 1_800_000_000)
        delivery.pushedAt = now
        #expect([0, 3, 20, 60, 9000, -9].map { delivery.replicationPause(now: now + $0) } == [1, 1, 5, 15, 30, 1])
    }
}
