/// Pauses after failures that may pass, whose bound doubles with each failure in a row.
///
/// With full jitter a pause is anything up to the bound, so that what failed together does not come back together.
package struct Backoff: Sendable {
    /// The bound after the first failure.
    package let first: Int
    package let longest: Int

    /// - Parameters: in any unit, at least 1.
    package init(first: Int, longest: Int) { (self.first, self.longest) = (first, longest) }

    /// The longest pause after the `failures`-th failure in a row, counted from 1.
    package func bound(after failures: Int) -> Int { max(min(longest, first << min(max(failures - 1, 0), 30)), 1) }

    /// - Parameter least: what the other side asked for.
    package func pause(
        after failures: Int, least: Int? = nil, random: (ClosedRange<Int>) -> Int = { .random(in: $0) }
    ) -> Int {
        max(random(1...bound(after: failures)), least ?? 0)
    }
}
