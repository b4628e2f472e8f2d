/// A rate limit: a bucket that fills steadily, and has room for what comes in within a second.
///
/// Its level is one number: when it would be full if nothing more were taken (the generic cell rate algorithm).
struct TokenBucket: Equatable, Sendable {
    /// In nanoseconds, on a clock that never jumps. In the past: the bucket is full.
    private(set) var fullAt: UInt64 = 0

    private static let second: UInt64 = 1_000_000_000

    /// Takes one, if there is one. At any rate there is another within a second, so a retry after that succeeds, unless
    /// others came first.
    /// - Parameter rate: how many come in within a second, evenly, and how many have room; from 1 to 1,000,000.
    mutating func consume(at now: UInt64, rate: UInt64) -> Bool {
        let cost = Self.second / rate
        let next = max(fullAt, now) + cost
        guard next - now <= Self.second else { return false }
        fullAt = next
        return true
    }
}
