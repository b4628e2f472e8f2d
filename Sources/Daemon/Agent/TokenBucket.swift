/// How many requests somebody may still make: a bucket that fills steadily, and holds what comes in within a second.
///
/// One number says how full it is: when it will be full again, were nothing more taken (the generic cell rate algorithm).
struct TokenBucket: Equatable, Sendable {
    /// Nanoseconds, on a clock that does not jump. In the past: the bucket is full.
    private(set) var fullAt: UInt64 = 0

    private static let second: UInt64 = 1_000_000_000

    /// Takes one, if there is one. There is one again within a second, whatever the rate: to come back after that is never
    /// in vain, unless others came first.
    /// - Parameter rate: how many come in within a second, evenly; from 1 to 1,000,000. As many fit in.
    mutating func take(at now: UInt64, rate: UInt64) -> Bool {
        let cost = Self.second / rate
        let next = max(fullAt, now) + cost
        guard next - now <= Self.second else { return false }
        fullAt = next
        return true
    }
}
