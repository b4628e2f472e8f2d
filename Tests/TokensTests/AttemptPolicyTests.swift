import Domain
import TestSupport
import Testing
import Tokens
import Vault

@Suite struct AttemptPolicyTests {
    private let policy = AttemptPolicy()
    private let now = Timestamp(unixSeconds: 1_800_000_000)

    private func refusals(_ ages: [Int], generation: Generation = .first) -> Refusals {
        .sample(ages.map { now + -$0 }, generation: generation)
    }

    @Test func `without a refusal an attempt is allowed`() {
        #expect(policy.blocked(nil, generation: .first, now: now) == nil)
        #expect(policy.blocked(refusals([]), generation: .first, now: now) == nil)
    }

    @Test(
        arguments: [
            // ages of the refusals in seconds, and in how many seconds the next attempt may be made
            ([0], nil), ([0, 0, 0, 0], nil), ([0, 0, 0, 0, 0], 3600), ([10, 20, 30, 40, 50], 3550),
            ([50, 40, 30, 20, 10], 3550),
            ([0, 1, 2, 3, 3599], 1), ([0, 1, 2, 3, 3600], nil), ([0, 1, 2, 3, 4000, 5000], nil),
            ([3599, 3599, 3599, 3599, 3599], 1),
            ([3600, 3600, 3600, 3600, 3600], nil), ([0, 0, 0, 0, 0, 0, 0], 3600),
        ] as [([Int], Int?)]) func `five refusals in an hour are enough, until the oldest of them is an hour old`(
            ages: [Int], wait: Int?
        )
    {
        #expect(policy.blocked(refusals(ages), generation: .first, now: now) == wait.map { now + $0 })
    }

    @Test func `refusals of an older secret do not count against a newer one`() {
        #expect(policy.blocked(refusals([0, 0, 0, 0, 0]), generation: .first.next, now: now) == nil)
        let noted = policy.noted(
            IssueFailure(.refused, cause: .appDisabled, reason: "words"), after: refusals([0, 0, 0, 0, 0]),
            generation: .first.next,
            now: now)
        #expect(noted == Refusals(generation: .first.next, times: [now], cause: .appDisabled, reason: "words"))
    }

    @Test func `a refusal is recorded with its reason, is forgotten after an hour, and no more are kept than count`() {
        let failure = IssueFailure(.refused, cause: .tokenRefused, reason: "words", hint: "hint")
        func times(_ ages: [Int]) -> [Int] {
            policy.noted(failure, after: refusals(ages), generation: .first, now: now).times.map { now - $0 }
        }
        #expect(times([]) == [0])
        #expect(times([3, 2, 1]) == [3, 2, 1, 0])
        #expect(times([4000, 3600, 3599, 5]) == [3599, 5, 0])
        #expect(times([9, 8, 7, 6, 5, 4]) == [7, 6, 5, 4, 0])
        let noted = policy.noted(failure, after: nil, generation: .first, now: now)
        #expect(noted.cause == .tokenRefused && noted.reason == "words" && noted.generation == .first)
    }

    @Test(arguments: [1, 3600, 86_400 * 365])
    func `refusals recorded before the clock was set back count, for an hour at most`(seconds: Int) throws {
        let ahead = refusals(Array(repeating: -seconds, count: 5))
        #expect(policy.blocked(ahead, generation: .first, now: now) == now + 3600)
        let settled = try #require(policy.settled(ahead, now: now))
        #expect(settled.times.allSatisfy { $0 == now } && settled.cause == ahead.cause)
        #expect(policy.settled(settled, now: now) == nil)
        #expect(policy.blocked(settled, generation: .first, now: now + 3599) == now + 3600)
        #expect(policy.blocked(settled, generation: .first, now: now + 3600) == nil)
        let noted = policy.noted(
            IssueFailure(.refused, cause: .invalidClient, reason: "r"), after: ahead, generation: .first, now: now)
        #expect(noted.times.count == 5 && noted.times.allSatisfy { $0 == now })
    }

    @Test func `a clock set forward only makes the next attempt sooner`() {
        #expect(policy.blocked(refusals([0, 0, 0, 0, 0]), generation: .first, now: now + 86_400) == nil)
    }

    @Test func `the pauses grow to their bound and not beyond, at random from one second on`() {
        let bounds = (1...40).map { policy.pause(failures: $0, retryAfter: nil) { $0.upperBound } }
        #expect(Array(bounds.prefix(9)) == [2, 4, 8, 16, 32, 64, 128, 256, 300])
        #expect(bounds.dropFirst(8).allSatisfy { $0 == 300 })
        #expect((1...40).allSatisfy { policy.pause(failures: $0, retryAfter: nil) { $0.lowerBound } == 1 })
    }

    @Test(
        arguments: [(1, nil, 2), (1, 0, 2), (1, 1, 2), (1, 60, 60), (9, 60, 300), (9, 86_400, 86_400)]
            as [(Int, Int?, Int)]) func `a requested retry time is honoured in full`(
            failures: Int, seconds: Int?, expected: Int
        )
    {
        #expect(policy.pause(failures: failures, retryAfter: seconds) { $0.upperBound } == expected)
    }

    @Test func `another budget and another longest pause are obeyed`() {
        var policy = AttemptPolicy()
        (policy.budget, policy.period, policy.longestPause) = (1, 60, 1)
        #expect(policy.blocked(refusals([59]), generation: .first, now: now) == now + 1)
        #expect(policy.blocked(refusals([60]), generation: .first, now: now) == nil)
        #expect(policy.pause(failures: 30, retryAfter: nil) { $0.upperBound } == 1)
    }
}
