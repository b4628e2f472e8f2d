import Testing

@testable import Daemon

@Suite struct WatchdogTests {
    @Test func `the limit is systemd's, if it is meant for this process`() {
        func limit(_ variables: [String: String]) -> Duration? {
            Systemd.watchdogLimit({ variables[$0] }, pid: 7)
        }
        #expect(limit(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"]) == .seconds(30))
        #expect(limit(["WATCHDOG_USEC": "30000000"]) == .seconds(30))
        #expect(limit(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"]) == nil)
        #expect(limit(["WATCHDOG_USEC": "0"]) == nil)
        #expect(limit(["WATCHDOG_USEC": "soon"]) == nil)
        #expect(limit([:]) == nil)
    }

    @Test func `one loop that does not come round is noticed`() {
        let pulse = Pulse(of: 2)
        pulse.begin()
        pulse.beat(0)
        #expect(!pulse.isWhole)
        pulse.beat(1)
        #expect(pulse.isWhole)
        pulse.begin()
        #expect(!pulse.isWhole, "each round anew")
    }
}
