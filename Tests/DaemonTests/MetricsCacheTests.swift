import Health
import SocketAPI
import SocketServer
import Synchronization
import TestSupport
import Testing

@testable import Daemon

@Suite struct MetricsCacheTests {
    @Test func `however many scrapers ask, the numbers are gathered once a second`() async throws {
        let time = ManualTime()
        let gathered = Atomic(0)
        let cache = MetricsCache(time) {
            gathered.add(1, ordering: .relaxed)
            await Task.yield()
            return Response(.ok).render()
        }
        for second in 1...3 {
            await withTaskGroup { group in
                for _ in 0..<20 { group.addTask { _ = await cache.answer } }
            }
            #expect(gathered.load(ordering: .relaxed) == second)
            time.pass(1)
        }
    }

    @Test func `answers are counted by the bounds of the server`() {
        var latency = Latency()
        for nanoseconds in [1, 10_000, 10_001, 60_000_000_000] { latency.add(nanoseconds) }
        let histogram = OpenMetrics.Histogram(latency)
        #expect(histogram.bounds.prefix(2) == ["1e-05", "2.5e-05"])
        #expect(histogram.cumulative.prefix(2) == [2, 3])
        #expect(histogram.cumulative.count == histogram.bounds.count + 1 && histogram.cumulative.last == 4)
        #expect(histogram.seconds == 60.000020002)
    }
}
