import Domain
import Testing

struct BackoffTests {
    @Test func `the bound doubles from the first pause to the longest and stays there`() {
        let backoff = Backoff(first: 2, longest: 60)
        #expect((1...7).map(backoff.bound) == [2, 4, 8, 16, 32, 60, 60])
        #expect([8, 40, 64, 10_000, .max].allSatisfy { backoff.bound(after: $0) == 60 })
        #expect(backoff.bound(after: 0) == 2 && Backoff(first: 5, longest: 0).bound(after: 9) == 1)
    }

    @Test func `a pause is anything from one to the bound, and never shorter than was asked for`() {
        let backoff = Backoff(first: 2, longest: 60)
        #expect(backoff.pause(after: 3) { $0.lowerBound } == 1 && backoff.pause(after: 3) { $0.upperBound } == 8)
        #expect(backoff.pause(after: 3, least: 5) { $0.lowerBound } == 5)
        #expect(backoff.pause(after: 3, least: 5) { $0.upperBound } == 8)
        #expect(Set((0..<1000).map { _ in backoff.pause(after: 2) }) == [1, 2, 3, 4])
    }
}

struct FNVTests {
    @Test(
        arguments: [
            ("", 0xCBF2_9CE4_8422_2325), ("a", 0xAF63_DC4C_8601_EC8C), ("foobar", 0x8594_4171_F739_67E8),
        ] as [(String, UInt64)])
    func `the hash has its author's values`(text: String, hash: UInt64) { #expect(text.fnv1a == hash) }
}
