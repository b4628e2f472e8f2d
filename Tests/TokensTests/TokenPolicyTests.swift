import TestSupport
import Testing
import Times
import Tokens
import Vault

@Suite struct TokenPolicyTests {
    private static let start = Moment(wall: Timestamp(unixSeconds: 1_800_000_000), boot: 50_000)

    private func token(lifetime: Int) -> SeenToken {
        SeenToken(token: .sample("t", issuedAt: Self.start.wall, lifetime: lifetime), seen: Self.start, minted: true)
    }

    private func later(wall: Int, boot: Int) -> Moment {
        Moment(wall: Self.start.wall + wall, boot: Self.start.boot + boot)
    }

    @Test("without a token there is nothing to serve") func none() {
        #expect(TokenPolicy.decide(nil, minTTL: 0, app: "a", now: Self.start) == .mint)
    }

    @Test(
        "a token is served while it is good for the caller, and its successor fetched from 75 to 85 % of its life on",
        arguments: [
            // lifetime, age, min_ttl
            (3600, 0, 0, .serve), (3600, 2699, 0, .serve), (3600, 3060, 0, .serveAndRefresh),
            (3600, 3599, 0, .serveAndRefresh),
            (3600, 3600, 0, .mint), (3600, 5000, 0, .mint), (3600, 0, 3600, .serve), (3600, 1, 3600, .mint),
            (3600, 0, 3601, .mint), (3600, 3300, 300, .serveAndRefresh), (3600, 3301, 300, .mint),
            (3600, 100, 3500, .serve),
            (3600, 101, 3500, .mint),
            // A token of three seconds: due in its last one.
            (3, 0, 0, .serve), (3, 1, 0, .serve), (3, 2, 0, .serveAndRefresh), (3, 3, 0, .mint), (3, 0, 3, .serve),
            (3, 0, 4, .mint),
            (3, 1, 2, .serve), (3, 2, 2, .mint), (1, 0, 0, .serve), (1, 0, 1, .serve), (1, 1, 0, .mint),
            (1, 1, 1, .mint),
            (0, 0, 0, .mint), (-5, 0, 0, .mint),
        ] as [(Int, Int, Int, TokenPolicy.Decision)])
    func ages(lifetime: Int, age: Int, minTTL: Int, expected: TokenPolicy.Decision) {
        for app in ["a", "b", "some-other-app"] {
            let decision = TokenPolicy.decide(
                token(lifetime: lifetime), minTTL: minTTL, app: app, now: later(wall: age, boot: age))
            #expect(decision == expected, "\(app)")
        }
    }

    @Test(
        "whichever clock leaves less counts: a token gains no life from a clock that was set",
        arguments: [
            // wall and boot since the token was seen
            (100, 100, .serve), (-86_400, 100, .serve), (-86_400, 3599, .serveAndRefresh), (-86_400, 3600, .mint),
            (3600, 0, .mint), (86_400, 10, .mint), (3599, 0, .serveAndRefresh), (0, 3600, .mint),
            (0, 3599, .serveAndRefresh),
            (-1, 0, .serve),
        ] as [(Int, Int, TokenPolicy.Decision)])
    func clocks(wall: Int, boot: Int, expected: TokenPolicy.Decision) {
        #expect(
            TokenPolicy.decide(token(lifetime: 3600), minTTL: 0, app: "a", now: later(wall: wall, boot: boot))
                == expected)
    }

    /// The age in percent from which on the token of this app is due.
    private func due(_ app: String) -> Int? {
        (0...100).first { TokenPolicy.isDue(token(lifetime: 100), app: app, now: later(wall: $0, boot: $0)) }
    }

    @Test(
        "the splay is the app's own, the same in every run",
        arguments: [("a", 82), ("b", 81), ("id-of-alpha", 85), ("", 85)])
    func splay(app: String, percent: Int) { #expect(due(app) == percent) }

    @Test("the splay of many apps is spread evenly from 75 to 85 %") func spread() {
        var counts: [Int: Int] = [:]
        for number in 0..<1100 { counts[due("app-\(number)") ?? -1, default: 0] += 1 }
        #expect(Set(counts.keys) == Set(75...85))
        #expect(counts.values.allSatisfy { (50...200).contains($0) }, "\(counts)")
    }
}
