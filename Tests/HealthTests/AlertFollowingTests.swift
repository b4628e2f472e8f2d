import Domain
import SocketAPI
import TestSupport
import Testing

@testable import Health

/// The state of one channel beside that of the log, which names the alerts.
@Suite struct AlertFollowingTests {
    private static let start = Timestamp(unixSeconds: 1_800_000_000)
    private static let day = 86_400

    private var (log, channel) = (AlertState(), AlertState())
    private var now = AlertFollowingTests.start

    private static func failed(_ deadline: Timestamp? = nil) -> [HealthIssue] {
        [HealthIssue(code: "target_failed", app: .test("a"), target: .test("t"), Advice("words"), deadline: deadline)]
    }

    /// What the channel is to be sent.
    private mutating func update(
        _ seen: [HealthIssue], after seconds: Int, least: Severity = .warning
    ) -> [Alert] {
        now = now + seconds
        log.update(seen, now: now)
        return channel.update(seen, least: least, following: log, now: now)
    }

    @Test
    mutating func `a channel for critical alerts is told of a warning once it is critical, and then until its end`() {
        #expect(update(Self.failed(), after: 0, least: .critical).isEmpty)
        #expect(update(Self.failed(), after: 60, least: .critical).isEmpty)
        #expect(log.raised(now).count == 1 && channel.standing.isEmpty)
        let raised = update(Self.failed(now + Self.day), after: 600, least: .critical)
        #expect(raised.map(\.state) == [.raised] && raised.map(\.issue.severity) == [.critical])
        #expect(raised.map(\.id) == log.raised(now).map(\.id), "one ID in all channels")
        #expect(raised.first?.since == Self.start, "and one beginning")
        #expect(
            update(Self.failed(), after: 3600, least: .critical).isEmpty, "it is not over because it is less urgent")
        #expect(update([], after: 10, least: .critical).isEmpty)
        #expect(update([], after: 60, least: .critical).map(\.state) == [.resolved])
    }

    @Test mutating func `a new channel gets all active alerts, with their IDs`() {
        let seen = Self.failed() + [HealthIssue(code: "unreachable", app: .test("b"), Advice("words"))]
        for seconds in [0, 900, 5000] { _ = update(seen, after: seconds) }
        var new = AlertState()
        let raised = new.update(seen, following: log, now: now)
        #expect(raised.count == 2 && Set(raised.map(\.id)) == Set(log.raised(now).map(\.id)))
        #expect(new.pending == 2)
    }

    @Test mutating func `the log accepts all at once`() {
        let seen = (0..<30).map { HealthIssue(code: "rotation_blocked", app: .test("app-\($0)"), Advice("words")) }
        _ = update(seen, after: 0)
        #expect(log.pending == 21)
        log.deliverAll(now)
        #expect(log.pending == 0)
        _ = update([], after: 10)
        _ = update([], after: 60)
        log.deliverAll(now)
        #expect(log.standing.isEmpty)
    }
}
