import Domain
import SocketAPI
import Testing

@testable import Daemon

/// Periodic work that stands still.
@Suite struct HeartbeatTests {
    @Test func `it is a problem after three minutes, and over with the next turn`() {
        let (heartbeat, start) = (Heartbeat(), SuspendingClock.now)
        heartbeat.beat(at: start)
        #expect(heartbeat.problems(at: start + .seconds(179)).isEmpty)
        let problems = heartbeat.problems(at: start + .seconds(180))
        #expect(
            problems.map(\.code) == ["work_stalled"] && problems.first?.detail.contains("the last turn began") == true)
        heartbeat.beat(at: start + .seconds(181))
        #expect(heartbeat.problems(at: start + .seconds(182)).isEmpty)
    }
}
