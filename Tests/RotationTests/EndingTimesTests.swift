import Domain
import Rotation
import TestSupport
import Testing
import Vault

/// When Zoom accepts the changes that an operator is about to request, and when the old secrets end.
@Suite struct EndingTimesTests {
    private static let now = Timestamp(unixSeconds: 1_800_000_000)
    private var now: Timestamp { Self.now }

    private func draining(_ change: (inout Rotation) -> Void = { _ in }) -> Rotation {
        var rotation = Rotation.planned(
            id: "r1", app: .sample("zoom"), base: .first, trigger: .operator, overlap: 60, at: now)
        (rotation.phase, rotation.promotedAt, rotation.revokeAt) = (.draining, now, now + 29 * 86_400)
        change(&rotation)
        return rotation
    }

    private func asked(_ expires: Timestamp, isConfirmed: Bool = true) -> Rotation.Ending {
        Rotation.Ending(call: .init(id: "c", at: now), expires: expires, isConfirmed: isConfirmed)
    }

    @Test func `an old secret ends two minutes after the request`() {
        var times = EndingTimes([], now: now)
        #expect(times.end(draining()) == now + 120 && times.throttled == nil)
    }

    @Test func `the request waits for the throttle`() {
        var times = EndingTimes([now, now, now], now: now)
        #expect(times.end(draining()) == now + 960 + 120 && times.throttled == now + 960)
    }

    @Test(arguments: [true, false]) func `an end that was requested already needs no other request`(isConfirmed: Bool) {
        var times = EndingTimes([now, now, now], now: now)
        let rotation = draining { $0.ending = asked(now + 100, isConfirmed: isConfirmed) }
        #expect(times.end(rotation) == now + 100 && times.throttled == nil)
    }

    @Test func `an old secret that expires before that is left to expire`() {
        var times = EndingTimes([], now: now)
        let rotation = draining { $0.revokeAt = now + 120 }
        #expect(times.expiresBefore(rotation) && times.end(rotation) == now + 120)
    }

    @Test func `one that Zoom does not revoke ends when it expires`() {
        var times = EndingTimes([], now: now)
        let rotation = draining { ($0.ending, $0.attempts) = (asked(now + -3600), Rotation.mostEndLooks) }
        #expect(times.end(rotation) == now + 29 * 86_400)
    }

    @Test func `each request that was late adds to the next one's lead`() {
        var times = EndingTimes([], now: now)
        #expect(times.end(draining { $0.attempts = 3 }) == now + 360)
    }

    @Test func `in an emergency the present secret ends after the old one, and as the throttle allows`() {
        // The new secret of the rotation that is under way, the end of its old one, another new one, and an end.
        var times = EndingTimes([now], now: now)
        #expect(times.end(draining()) == now + 120)
        times.change()
        #expect(times.throttled == nil)
        #expect(times.end(nil) == now + 960 + 120 && times.throttled == now + 960)
    }
}
