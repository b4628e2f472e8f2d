import Domain
import TestSupport
import Testing
import Vault

/// What any store promises of its leases.
@Suite(.timeLimit(.minutes(2))) struct LeaseTests {
    private func at(_ seconds: Int) -> Timestamp { Timestamp(unixSeconds: 1_800_000_000 + seconds) }

    @Test(arguments: StoreUnderTest.allCases)
    func `a lease has one holder, is renewed by it alone, and is taken over when it ran out, with a growing number`(
        kind: StoreUnderTest
    ) async throws {
        let bench = try await kind.make()
        let store = bench.store
        #expect(try await store.acquireLease("l", holder: "a", now: at(0), expiry: at(10)) == 1)
        #expect(try await store.acquireLease("l", holder: "b", now: at(5), expiry: at(15)) == nil)
        #expect(try await store.acquireLease("l", holder: "a", now: at(8), expiry: at(18)) == 1, "renewed")
        #expect(
            try await store.acquireLease("l", holder: "b", now: at(17), expiry: at(27)) == nil, "not at the old end")
        #expect(try await store.acquireLease("l", holder: "b", now: at(18), expiry: at(28)) == 2, "at the very end")
        #expect(
            try await store.acquireLease("l", holder: "a", now: at(19), expiry: at(29)) == nil, "the sleeper lost it")
        #expect(
            try await store.acquireLease("l", holder: "b", now: at(100), expiry: at(110)) == 2, "late, but his still")
        #expect(try await store.acquireLease("other", holder: "a", now: at(19), expiry: at(29)) == 1)
        let next = try await bench.reopened().store
        #expect(try await next.acquireLease("l", holder: "a", now: at(109), expiry: at(120)) == nil)
        #expect(try await next.acquireLease("l", holder: "a", now: at(110), expiry: at(120)) == 3)
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a released lease is free at once, and its number continues`(kind: StoreUnderTest) async throws {
        let store = try await kind.make().store
        #expect(try await store.acquireLease("l", holder: "a", now: at(0), expiry: at(100)) == 1)
        try await store.releaseLease("l", holder: "b")
        #expect(try await store.acquireLease("l", holder: "b", now: at(1), expiry: at(100)) == nil, "not his to give")
        try await store.releaseLease("l", holder: "a")
        #expect(try await store.acquireLease("l", holder: "b", now: at(2), expiry: at(100)) == 2)
        try await store.releaseLease("l", holder: "b")
        #expect(try await store.acquireLease("l", holder: "b", now: at(3), expiry: at(100)) == 3)
        try await store.releaseLease("none", holder: "a")
        #expect(try await store.acquireLease("none", holder: "a", now: at(3), expiry: at(100)) == 1)
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `of a hundred callers that want a lease one gets it`(kind: StoreUnderTest) async throws {
        let store = try await kind.make().store
        let fences = try await withThrowingTaskGroup(of: Int?.self) { group in
            for holder in 0..<100 {
                group.addTask { [start = at(0), end = at(60)] in
                    try await store.acquireLease("l", holder: "holder-\(holder)", now: start, expiry: end)
                }
            }
            return try await group.reduce(into: [Int]()) { if let fence = $1 { $0.append(fence) } }
        }
        #expect(fences == [1])
    }
}
