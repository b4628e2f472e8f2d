import Domain
import TestSupport
import Testing
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

    @Test func `without a token there is nothing to serve`() {
        #expect(TokenPolicy.decide(nil, minTTL: 0, app: "a", now: Self.start) == .mint)
    }

    @Test(
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
    func `a token is served while it is good for the caller, and its successor fetched from 75 to 85 % of its life`(
        lifetime: Int, age: Int, minTTL: Int, expected: TokenPolicy.Decision
    ) {
        for app in ["a", "b", "some-other-app"] {
            let decision = TokenPolicy.decide(
                token(lifetime: lifetime), minTTL: minTTL, app: app, now: later(wall: age, boot: age))
            #expect(decision == expected, "\(app)")
        }
    }

    @Test(
        arguments: [
            // wall and boot since the token was seen
            (100, 100, .serve), (-86_400, 100, .serve), (-86_400, 3599, .serveAndRefresh), (-86_400, 3600, .mint),
            (3600, 0, .mint), (86_400, 10, .mint), (3599, 0, .serveAndRefresh), (0, 3600, .mint),
            (0, 3599, .serveAndRefresh),
            (-1, 0, .serve),
        ] as [(Int, Int, TokenPolicy.Decision)])
    func `the clock that leaves less counts, so that a token gains no lifetime from a clock that was set`(
        wall: Int, boot: Int, expected: TokenPolicy.Decision
    ) {
        #expect(
            TokenPolicy.decide(token(lifetime: 3600), minTTL: 0, app: "a", now: later(wall: wall, boot: boot))
                == expected)
    }

    struct Clocks: CustomTestStringConvertible {
        let testDescription: String
        /// How far the clock was off, in seconds, when the token was minted, at the start, and when it is asked for.
        let mint: Int
        let start: Int
        let now: Int
        /// Seconds from the minting to the start, and to the request.
        var started = 600
        var asked = 900
        /// `nil`: minted anew.
        let left: Int?
        /// When the vault or the log was last written, in seconds from the minting, by the clock of then.
        var newest: Int?
    }

    @Test(arguments: [
        Clocks(testDescription: "right all along", mint: 0, start: 0, now: 0, left: 2700),
        Clocks(testDescription: "1 h slow at the start", mint: 0, start: -3600, now: -3600, left: nil),
        Clocks(testDescription: "1 h slow at the start, then set right", mint: 0, start: -3600, now: 0, left: nil),
        Clocks(
            testDescription: "1970 at the start", mint: 0, start: -1_800_000_000, now: -1_800_000_000, left: nil),
        Clocks(testDescription: "1970 at the start, then right", mint: 0, start: -1_800_000_000, now: 0, left: nil),
        Clocks(testDescription: "far ahead at the start", mint: 0, start: 86_400, now: 86_400, left: nil),
        Clocks(testDescription: "far ahead when it was minted", mint: 86_400, start: 0, now: 0, left: nil),
        Clocks(testDescription: "1970 when it was minted", mint: -1_800_000_000, start: 0, now: 0, left: nil),
        Clocks(testDescription: "wrong by the same", mint: -3600, start: -3600, now: -3600, left: 2700),
        Clocks(testDescription: "a second slow at the start", mint: 0, start: -601, now: -601, left: nil),
        Clocks(
            testDescription: "slow by less than the age, as the last line tells", mint: 0, start: -300, now: -300,
            left: nil, newest: 590),
        Clocks(testDescription: "as young as it can be", mint: 0, start: 0, now: 0, left: 2700, newest: 600),
        Clocks(testDescription: "set ahead while it runs", mint: 0, start: 0, now: 1000, left: 1700),
        Clocks(testDescription: "set far ahead while it runs", mint: 0, start: 0, now: 86_400, left: nil),
        Clocks(testDescription: "set back while it runs", mint: 0, start: 0, now: -86_400, left: 2700),
        Clocks(
            testDescription: "over before the start", mint: 0, start: 0, now: 0, started: 3600, asked: 3601,
            left: nil),
    ]) func `a token from before the start is served where its age is known, and never longer than it was made for`(
        row: Clocks
    ) {
        let issued = Self.start.wall + row.mint
        let token = Token.sample("t", issuedAt: issued, lifetime: 3600)
        let started = Moment(wall: Self.start.wall + row.started + row.start, boot: 7)
        let now = Moment(wall: Self.start.wall + row.asked + row.now, boot: 7 + row.asked - row.started)
        let seen = SeenToken(found: token, at: started, newest: row.newest.map { Self.start.wall + $0 })
        let decision = TokenPolicy.decide(seen, minTTL: 60, app: "a", now: now)
        #expect((decision == .mint) == (row.left == nil))
        guard let left = row.left, let seen else { return }
        #expect(seen.secondsLeft(at: now) == left)
        #expect(seen.expiresAt(at: now) - now.wall == left, "the time and the seconds agree")
    }

    /// The age in percent from which on the token of this app is due.
    private func due(_ app: String) -> Int? {
        (0...100).first { TokenPolicy.isDue(token(lifetime: 100), app: app, now: later(wall: $0, boot: $0)) }
    }

    @Test(arguments: [("a", 82), ("b", 81), ("id-of-alpha", 85), ("", 85)])
    func `the splay is the app's own, the same in every run`(app: String, percent: Int) { #expect(due(app) == percent) }

    @Test func `the splay of many apps is spread evenly from 75 to 85 %`() {
        var counts: [Int: Int] = [:]
        for number in 0..<1100 { counts[due("app-\(number)") ?? -1, default: 0] += 1 }
        #expect(Set(counts.keys) == Set(75...85))
        #expect(counts.values.allSatisfy { (50...200).contains($0) }, "\(counts)")
    }
}
