import Domain
import Glibc
import SocketAPI
import Synchronization

/// The rate limit of a client, for all of its connections together: so many requests a second, and no more than that at
/// once.
final class RequestBudget: Sendable {
    private let perSecond: Int
    private let clock: @Sendable () -> UInt64
    private let buckets = Mutex<[Name: TokenBucket]>([:])

    /// - Parameter clock: elapsed nanoseconds; never jumps.
    init(perSecond: Int, clock: @escaping @Sendable () -> UInt64 = RequestBudget.passed) {
        self.perSecond = perSecond
        self.clock = clock
    }

    /// Counts a request of the client, or refuses it.
    func spend(_ client: Name) throws(Problem) {
        let now = clock()
        let isWithin = buckets.withLock { $0[client, default: TokenBucket()].consume(at: now, rate: UInt64(perSecond)) }
        guard isWithin else {
            throw Problem(
                .tooManyRequests, "client '\(client)' sends more than \(perSecond) requests a second",
                try: "repeat the request in a second")
        }
    }

    static func passed() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
