import Domain
import SocketAPI
import TestSupport
import Testing

@testable import Health

/// When a channel is tried again, and what becomes of an alert that it refuses.
@Suite struct ChannelQueueTests {
    private static func moment(_ seconds: Int) -> Moment {
        Moment(wall: Timestamp(unixSeconds: 1_800_000_000 + seconds), boot: 1000 + seconds)
    }

    private static func queue(_ apps: String...) -> ChannelQueue {
        var queue = ChannelQueue()
        queue.alerts.update(
            apps.map { HealthIssue(code: "rotation_blocked", app: .test($0), Advice("words")) }, now: moment(0).wall)
        return queue
    }

    private static func due(_ queue: inout ChannelQueue, at seconds: Int) throws -> (key: AlertState.Key, alert: Alert)
    {
        let next = queue.next(moment(seconds))
        return try #require(next)
    }

    @Test func `one alert is on its way at a time`() throws {
        var queue = Self.queue("a", "b")
        let (key, alert) = try Self.due(&queue, at: 0)
        #expect(queue.next(Self.moment(100)) == nil)
        let isRecovery = queue.accepted(key, alert)
        #expect(!isRecovery, "there was no failure before")
        #expect(queue.next(Self.moment(0)) != nil)
    }

    @Test func `pauses grow with the failures, and are at least what the receiver asks for`() throws {
        var (queue, pauses) = (Self.queue("a"), [Int]())
        var (now, news) = (0, [Bool]())
        for asked in [nil, nil, 700, nil] as [Int?] {
            let (key, _) = try Self.due(&queue, at: now)
            let failure = NotAccepted("away", retryAfter: asked)
            news.append(
                queue.failed(key, failure, Self.moment(now)) { failures, least in
                    pauses.append(max(ChannelQueue.backoff.bound(after: failures), least ?? 0))
                    return pauses.last ?? 0
                })
            #expect(queue.next(Self.moment(now + (pauses.last ?? 0) - 1)) == nil)
            now += pauses.last ?? 0
        }
        #expect(pauses == [5, 10, 700, 40] && news == [true, false, false, false])
        let (key, alert) = try Self.due(&queue, at: now)
        let isRecovery = queue.accepted(key, alert)
        #expect(isRecovery, "the first one after failures")
    }

    @Test func `a refused alert is sent again after an hour, and delays no other`() throws {
        var queue = Self.queue("a", "b")
        let first = try Self.due(&queue, at: 0)
        let isNews0 = queue.failed(first.key, NotAccepted("400", isFinal: true), Self.moment(0)) { _, _ in 1 }
        #expect(isNews0)
        let second = try Self.due(&queue, at: 1)
        #expect(second.key != first.key)
        _ = queue.accepted(second.key, second.alert)
        #expect(queue.next(Self.moment(3599)) == nil && queue.alerts.refused == 1 && queue.alerts.pending == 1)
        let again = try Self.due(&queue, at: 3600)
        #expect(again.key == first.key)
        let isNews3600 = queue.failed(first.key, NotAccepted("400", isFinal: true), Self.moment(3600)) { _, _ in 1 }
        #expect(!isNews3600, "it was logged before")
        #expect(queue.next(Self.moment(3700)) == nil)
        // An operator put it right, and said so by a test.
        queue.forgetFailures()
        #expect(queue.next(Self.moment(3700)) != nil)
    }

    @Test func `the end of a refused alert is not held`() throws {
        var queue = Self.queue("a")
        var next = try Self.due(&queue, at: 0)
        _ = queue.accepted(next.key, next.alert)
        queue.alerts.update(
            [HealthIssue(code: "rotation_blocked", app: .test("a"), Advice("words"))], now: Self.moment(86_400).wall)
        next = try Self.due(&queue, at: 86_400)
        #expect(next.alert.isReminder)
        _ = queue.failed(next.key, NotAccepted("400", isFinal: true), Self.moment(86_400)) { _, _ in 1 }
        queue.alerts.update([], now: Self.moment(86_410).wall)
        queue.alerts.update([], now: Self.moment(86_480).wall)
        #expect(queue.next(Self.moment(86_481))?.alert.state == .resolved)
    }

    @Test func `a clock that was set back holds no refused alert`() throws {
        var queue = Self.queue("a")
        let next = try Self.due(&queue, at: 0)
        _ = queue.failed(next.key, NotAccepted("400", isFinal: true), Self.moment(0)) { _, _ in 1 }
        let back = Moment(wall: Self.moment(-86_400).wall, boot: 1010)
        #expect(queue.next(back) != nil)
    }

    @Test func `nothing is left to fail once the problem is over`() throws {
        var queue = Self.queue("a")
        let next = try Self.due(&queue, at: 0)
        var isIdle = queue.forgetFailuresIfIdle()
        #expect(!isIdle, "it is on its way")
        _ = queue.failed(next.key, NotAccepted("away"), Self.moment(0)) { _, _ in 900 }
        isIdle = queue.forgetFailuresIfIdle()
        #expect(!isIdle)
        queue.alerts.update([], now: Self.moment(10).wall)
        queue.alerts.update([], now: Self.moment(80).wall)
        isIdle = queue.forgetFailuresIfIdle()
        #expect(isIdle && queue.failures == 0)
    }

    @Test(
        arguments: [
            (200, nil, nil), (202, nil, nil), (204, nil, nil), (429, "30", 30), (429, "999999", 3600),
            (429, "soon", -1),
            (429, nil, -1), (500, nil, -1), (503, "7", 7), (408, nil, -1), (302, nil, -2), (400, "5", -2),
            (401, nil, -2),
            (404, nil, -2), (410, nil, -2),
        ] as [(Int, String?, Int?)])
    func `a status is accepted, tried again or refused`(_ status: Int, _ retryAfter: String?, _ meant: Int?) {
        let failure = HTTPReceiver.failure(status, retryAfter: retryAfter)
        #expect(failure.map { $0.isFinal ? -2 : $0.retryAfter ?? -1 } == meant)
    }
}
