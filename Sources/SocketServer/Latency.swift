import Glibc

/// A histogram of answer times.
package struct Latency: Equatable, Sendable {
    /// Upper bounds in nanoseconds, and their labels in seconds.
    package static let bounds: [(nanoseconds: Int, label: String)] = [
        (10_000, "1e-05"), (25_000, "2.5e-05"), (50_000, "5e-05"), (100_000, "0.0001"), (250_000, "0.00025"),
        (500_000, "0.0005"), (1_000_000, "0.001"), (2_500_000, "0.0025"), (5_000_000, "0.005"), (10_000_000, "0.01"),
        (25_000_000, "0.025"), (50_000_000, "0.05"), (100_000_000, "0.1"), (250_000_000, "0.25"),
        (500_000_000, "0.5"), (1_000_000_000, "1.0"), (2_500_000_000, "2.5"), (5_000_000_000, "5.0"),
        (10_000_000_000, "10.0"),
    ]
    private static let limits = bounds.map(\.nanoseconds)

    /// For each bound, the number of answers between it and the bound before; last, those beyond all bounds.
    package private(set) var counts = [Int](repeating: 0, count: limits.count + 1)

    package init() {}
    /// The total in nanoseconds.
    package private(set) var sum = 0

    package mutating func add(_ nanoseconds: Int, times: Int = 1) {
        // Nearly all are below the first few bounds.
        var index = 0
        while index < Self.limits.count, nanoseconds > Self.limits[index] { index += 1 }
        counts[index] += times
        sum += nanoseconds * times
    }

    package mutating func add(_ other: Latency) {
        for index in counts.indices { counts[index] += other.counts[index] }
        sum += other.sum
    }

    /// For each bound, the number of answers up to it; last, the total.
    package var cumulative: [Int] {
        var total = 0
        return counts.map { count in
            total += count
            return total
        }
    }

    /// A clock that is never set, in nanoseconds. Reading it takes about 20 ns, without a system call.
    package static var now: Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}

/// The answer times of one loop.
package struct ServerLatency: Equatable, Sendable {
    /// For immediate answers: from the start of the turn until everything was sent.
    package internal(set) var immediate = Latency()
    /// For answers that were waited for.
    package internal(set) var waiting = Latency()
    package internal(set) var answered = 0

    package init() {}

    package mutating func add(_ other: ServerLatency) {
        immediate.add(other.immediate)
        waiting.add(other.waiting)
        answered += other.answered
    }
}
