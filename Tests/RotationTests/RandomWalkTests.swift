import Foundation
import TestSupport
import Testing

/// Random events, thousands of times: whatever comes, and in whatever order, what must always be is.
///
/// `KEYTURN_TEST_ROUNDS` is how many walks there are, `KEYTURN_TEST_SEED` where they begin.
@Suite struct RandomWalkTests {
    @Test(.timeLimit(.minutes(60))) func `no order of events breaks the promise`() async throws {
        let wanted = ProcessInfo.processInfo.environment
        let rounds = wanted["KEYTURN_TEST_ROUNDS"].flatMap { Int($0) } ?? 200
        let first = wanted["KEYTURN_TEST_SEED"].flatMap { UInt64($0) } ?? 1
        let template = try await RandomWalk.template()
        var (lives, promotions) = (0, 0)
        for seed in first..<(first + UInt64(rounds)) {
            let walk = try await RandomWalk(seed: seed, template: template)
            try await walk.walk(steps: 16)
            lives += walk.lives
            promotions += walk.promotions
            guard walk.broken.isEmpty else {
                Issue.record(
                    """
                    seed \(seed): \(walk.broken.joined(separator: "; "))
                    after \(walk.story.joined(separator: ", "))
                    """)
                return
            }
        }
        // A walk in which nothing happens proves nothing.
        #expect(
            rounds < 100 || (lives > rounds * 2 && promotions > rounds / 2), "\(lives) lives, \(promotions) promotions")
    }
}
