import Glibc
import Synchronization
import Testing

@testable import SocketServer

@Suite struct EventLoopTests {
    /// When what was asked of the loop last happened, in nanoseconds.
    private final class Times: Sendable {
        let tick = Atomic(0)
        let lag = Atomic(0)
    }

    @Test func `output of a tick leaves at once, also where nothing else happens`() throws {
        let (loop, times) = (try EventLoop(), Times())
        loop.work = EventLoop.Work(
            endTurn: {
                let tick = times.tick.exchange(0, ordering: .relaxed)
                if tick != 0 { times.lag.store(Latency.now - tick, ordering: .relaxed) }
                return false
            }, tick: { times.tick.store(Latency.now, ordering: .relaxed) })
        try loop.start()
        defer { loop.stop() }
        for _ in 0..<500 where times.lag.load(ordering: .relaxed) == 0 { usleep(10_000) }
        let lag = times.lag.load(ordering: .relaxed)
        #expect(lag > 0 && lag < 500_000_000, "\(lag) ns")
    }
}
