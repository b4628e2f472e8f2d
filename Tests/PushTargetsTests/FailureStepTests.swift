import Domain
import HTTPTransport
import PingFederate
import TestSupport
import Testing
import Vault

@testable import PushTargets

/// What shows that a failure is over, and what does not.
@Suite struct FailureStepTests {
    private static func failure(_ cause: ConsoleCause, _ call: Counterpart.Call?) throws -> ConsoleFailure {
        var party = Counterpart(probing: try .init("https://console.example.com:9999"))
        if let call { party.call = call }
        return ConsoleFailure(.later(), cause, of: call == nil ? nil : party)
    }

    @Test func `a successful check clears an unreachable console, whatever step failed there`() throws {
        for cause in [ConsoleCause.unauthorized, .untrusted, .unreachable, .proxyRefused, .invalidScope] {
            for call in [Counterpart.Call.look, .save, .replication] {
                #expect(try Self.failure(cause, call).step == .access)
            }
        }
    }

    @Test func `a check does not clear an answer to a save or about the cluster`() throws {
        for cause in [
            ConsoleCause.forbidden, .serverError, .answerLost, .notFound, .unexpectedAnswer, .rejected,
        ] {
            #expect(try Self.failure(cause, .look).step == .access)
            #expect(try Self.failure(cause, .save).step == .save)
            #expect(try Self.failure(cause, .replication).step == .replication)
        }
        #expect(try Self.failure(.replication, nil).step == .replication)
        for cause in [ConsoleCause.mismatch, .editors, .moved] {
            #expect(try Self.failure(cause, nil).step == .save)
        }
    }

    @Test func `a step that succeeds clears its own failure alone`() {
        for step in Delivery.Failure.Step.allCases {
            var delivery = Delivery()
            delivery.failure = .init(
                at: Timestamp(unixSeconds: 0), step: step, cause: "c", reason: "r", hint: nil, isRefusal: true)
            for other in Delivery.Failure.Step.allCases where other != step { delivery.disprove(other) }
            #expect(delivery.failure?.step == step && delivery.failure?.forgiven.isRefusal == false)
            delivery.disprove(step)
            #expect(delivery.failure == nil)
        }
    }

    @Test
    func `a push is fresh for as long again as it took, plus five minutes, and never by a clock that was set back`() {
        let start = Timestamp(unixSeconds: 1_800_000_000)
        let target = PushTarget.sample("console", of: .sample("zoom"))
        var delivery = Delivery()
        #expect(!delivery.isFresh(target, now: start))
        delivery.pushedAt = start
        #expect(!delivery.isFresh(target, now: start), "its engines do not have it")
        delivery.replicatedAt = start + 60
        let settled = 60 + target.settle
        for (seconds, isFresh) in [
            (60, true), (settled, true), (2 * settled + 300, true), (2 * settled + 301, false), (-1, false),
        ] {
            #expect(delivery.isFresh(target, now: start + seconds) == isFresh, "\(seconds)")
        }
    }
}
