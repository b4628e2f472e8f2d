import Glibc
import Synchronization
import TestSupport
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
        try eventually("the turn after a tick") { times.lag.load(ordering: .relaxed) != 0 }
        let lag = times.lag.load(ordering: .relaxed)
        #expect(lag > 0 && lag < 500_000_000, "\(lag) ns")
    }

    private final class Source: EventSource {
        private(set) var reports = 0
        func ready(_: Readiness) { reports += 1 }
    }

    private static func pair() throws -> (ours: CInt, theirs: CInt) {
        var ends: [CInt] = [0, 0]
        let made = unsafe socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0, &ends)
        try #require(made == 0)
        return (ends[0], ends[1])
    }

    @Test func `a removed descriptor that a child still has is not reported under the number of the next one`() throws {
        let loop = try EventLoop()
        let (old, far) = try Self.pair()
        #expect(loop.add(Source(), old, .readable))
        // What a child that is just being started keeps open.
        let child = dup(old)
        loop.remove(old)
        // A new connection gets the number.
        let (next, other) = try Self.pair()
        #expect(dup2(next, old) == old)
        let source = Source()
        #expect(loop.add(source, old, .readable))
        _ = unsafe write(far, "x", 1)
        _ = loop.turn(waiting: 0)
        #expect(source.reports == 0)
        _ = unsafe write(other, "x", 1)
        _ = loop.turn(waiting: 0)
        #expect(source.reports == 1)
        loop.remove(old)
        for descriptor in [old, far, child, next, other] { close(descriptor) }
    }
}
