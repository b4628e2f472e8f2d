import Domain
import SocketAPI
import Testing
import Vault

@testable import Daemon

@Suite struct BudgetTests {
    @Test func `a client's budget is its own`() throws {
        let budget = RequestBudget(perSecond: 3, clock: { 5 })
        let (one, two) = (try #require(Name("one")), try #require(Name("two")))
        func spend(_ client: Name) -> ProblemCode? {
            do { try budget.spend(client) } catch { return error.code }
            return nil
        }
        #expect((0..<5).map { _ in spend(one) } == [nil, nil, nil, .tooManyRequests, .tooManyRequests])
        #expect(spend(two) == nil)
    }

    /// Rate, then: milliseconds at which one is asked for, and whether it is granted.
    @Test(
        arguments: [
            (
                2,
                [
                    (0, true), (0, true), (0, false), (499, false), (500, true), (999, false), (1000, true),
                    (1001, false),
                ]
            ),
            (1, [(0, true), (999, false), (1000, true), (1999, false), (5000, true), (5000, false)]),
            // No window to wait for the end of: ten at its end and ten at the next one's beginning are ten too many.
            (
                10,
                Array(repeating: (990, true), count: 10) + [(1000, false), (1010, false), (1090, true), (1090, false)]
            ),
            // Patience is not saved up beyond a second.
            (2, [(100_000, true), (100_000, true), (100_000, false)]),
        ] as [(UInt64, [(Int, Bool)])])
    func `a bucket grants its rate, and a second's worth at once`(rate: UInt64, asked: [(Int, Bool)]) {
        var bucket = TokenBucket()
        for (index, (time, granted)) in asked.enumerated() {
            let now = UInt64(time + 1_000_000) * 1_000_000
            let isGranted = bucket.consume(at: now, rate: rate)
            #expect(isGranted == granted, "\(index): at \(time) ms")
        }
    }

    @Test(arguments: [1, 2, 3, 7, 1000, 1_000_000] as [UInt64])
    func `a client that asks too often is granted the rate, and one that was refused comes back in time`(rate: UInt64) {
        var bucket = TokenBucket()
        let start: UInt64 = 1 << 40
        var granted: UInt64 = 0
        // 5 seconds, 4 attempts for each that may be made, or 100,000 in all.
        let step = max(1_000_000_000 / rate / 4, 50_000)
        for now in stride(from: start, to: start + 5_000_000_000, by: Int(step))
        where bucket.consume(at: now, rate: rate) {
            granted += 1
        }
        let most = min(6 * rate, 5_000_000_000 / step + 1)
        #expect(granted <= most + 1 && granted * 10 >= most * 8, "\(granted) of \(most)")
        while bucket.consume(at: start + 5_000_000_000, rate: rate) {}
        let isGranted = bucket.consume(at: start + 6_000_000_000, rate: rate)
        #expect(isGranted, "after the second that Retry-After says")
    }

    @Test func `a refusal for too many requests says when to come back`() throws {
        let refused = RenderedResponse.refusing(Problem(.tooManyRequests, "x"))
        var text = ""
        refused.forEachPart(closing: false) { part in
            text += unsafe part.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
        }
        #expect(text.contains("HTTP/1.1 429 ") && text.contains("Retry-After: 1\r\n"))
    }

    @Test func `a client whose uid is another name's is told from one whose user is only unknown`() {
        func client(_ name: String, uid: UInt32, user: String?) -> Client {
            Client(
                id: name, name: Name(name) ?? { preconditionFailure() }(), selectors: Selectors(uid: uid, user: user),
                grants: [], createdAt: Timestamp(unixSeconds: 0))
        }
        let reassignedUIDs = UserMonitor.reassignedUIDs(
            among: [
                client("same", uid: 1, user: "ann"), client("alias", uid: 1, user: "anna"),
                client("recycled", uid: 2, user: "bob"), client("gone", uid: 3, user: "cid"),
                client("moved", uid: 1, user: "dan"), client("number", uid: 1, user: nil),
            ], uid: { ["ann": 1, "anna": 1, "eve": 2, "dan": 9][$0] }, name: { [1: "ann", 2: "eve"][$0] })
        #expect(reassignedUIDs == ["recycled": "eve", "moved": "ann"])
    }
}
