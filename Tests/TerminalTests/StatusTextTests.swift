import Domain
import SecretMemory
import SocketAPI
import Testing

@testable import Terminal

/// What the status shows of few apps and of very many, on terminals of any width.
@Suite struct StatusTextTests {
    private static let now = Timestamp(unixSeconds: 1_800_000_000)

    private static func app(
        _ name: String, age: Int = 86_400 * 12, next: Int? = 86_400 * 18, holders: Int = 0,
        rotation: RotationPhase? = nil
    ) throws -> StatusDocument.App {
        StatusDocument.App(
            app: try #require(Name(name)), generation: 3, secretCreatedAt: now + -age, token: .fresh,
            tokenExpiresAt: now + 3000, rotation: rotation, paused: false, nextRotationAt: next.map { now + $0 },
            probedAt: nil, oldHolders: holders)
    }

    private static func status(
        _ apps: [StatusDocument.App], _ problems: [HealthIssue] = []
    ) -> StatusDocument {
        StatusDocument(
            state: .unlocked, version: "1", startedAt: now + -600, now: now, problems: problems, apps: apps)
    }

    private static func many(_ count: Int) throws -> StatusDocument {
        let apps = try (0..<count).map { try app("zoom-\($0)", age: 60 * $0) }
        let problems = (0..<count).filter { $0 % 100 == 99 }.map {
            HealthIssue(
                .rotationOverdue, app: Name("zoom-\($0)"), "due", try: "keyturn rotate")
        }
        return status(apps, problems)
    }

    @Test func `each problem has a command to type, and its place is before the apps`() throws {
        let name = Name("zoom-prod")
        let status = Self.status(
            [try Self.app("zoom-prod", holders: 2, rotation: .draining)],
            [
                .init(.rotationBlocked, app: name, "blocked", try: "keyturn rotation show 1"),
                .init(.policyUnreadable, app: name, "bad"),
            ])
        #expect(
            StatusText(status, isBrief: false).text(Paint(.never), width: nil) == """
                keyturnd 1, unlocked, up 10 min

                problems
                  critical rotation_blocked (zoom-prod): blocked
                    try: keyturn rotation show 1
                  warning policy_unreadable (zoom-prod): bad
                    try: keyturn explain-error policy_unreadable

                APP        GENERATION  SECRET AGE  NEXT ROTATION  TOKEN               HOLD OLD  ROTATION
                zoom-prod  3           12 d        in 18 d        fresh, 50 min left  2         grace period

                """)
    }

    @Test(arguments: [40, 60, 79, 80, 100, 132]) func `no line of the table is wider than the terminal`(width: Int)
        throws
    {
        let status = Self.status([
            try Self.app("zoom-prod"), try Self.app(String(repeating: "long-name.", count: 6), rotation: .draining),
        ])
        let text = StatusText(status, isBrief: true).text(Paint(.never), width: width)
        let lines = text.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= width }, "\(text)")
        #expect(lines.contains { $0.hasPrefix("zoom-prod") && $0.contains("in 18 d") })
        #expect(text.contains("…") || width > 60, "\(text)")
    }

    @Test func `ten thousand apps are summed up on a terminal, those with problems first`() throws {
        let text = StatusText(try Self.many(10_000), isBrief: true).text(Paint(.never), width: 100)
        #expect(text.split(separator: "\n").count < 80)
        #expect(text.contains("10000 apps, 100 with problems; those that need attention first"))
        #expect(text.contains("  and 80 more: keyturn status --limit 10000 shows them"))
        #expect(text.contains("and 9980 more apps") && text.contains("\nzoom-99 "))
        #expect(!text.contains("\nzoom-1 "))
    }

    @Test func `without a terminal, or with a limit, as many are shown as there are or were asked for`() throws {
        let status = try Self.many(1000)
        let whole = StatusText(status, isBrief: false).text(Paint(.never), width: nil)
        #expect(whole.split(separator: "\n").count { $0.hasPrefix("zoom-") } == 1000)
        for isBrief in [true, false] {
            let some = StatusText(status, StatusSelection(filter: "zoom-1*", order: .age, limit: 3), isBrief: isBrief)
                .text(Paint(.never), width: isBrief ? 200 : nil)
            let shown = some.split(separator: "\n").filter { $0.hasPrefix("zoom-") }
            #expect(shown.map { String($0.prefix { $0 != " " }) } == ["zoom-199", "zoom-198", "zoom-197"], "\(some)")
            #expect(some.contains("and 108 more apps"))
        }
    }

    @Test(arguments: [
        ("zoom-prod", "zoom", true), ("zoom-prod", "prod", true), ("zoom-prod", "x", false),
        ("zoom-prod", "zoom-*", true),
        ("zoom-prod", "*prod", true), ("zoom-prod", "*oo*ro*", true), ("zoom-prod", "*ro*oo*", false),
        ("zoom-prod", "prod*", false), ("ab", "ab*ab", false), ("abab", "ab*ab", true), ("a", "*", true),
    ]) func `a filter is a part of the name, or a pattern`(name: String, filter: String, matches: Bool) {
        #expect(StatusSelection.matches(name, filter) == matches)
    }

    @Test func `colours repeat what the words say`() throws {
        let status = Self.status(
            [try Self.app("zoom-prod", next: -5)],
            [.init(.secretExpires, app: Name("zoom-prod"), "dies", try: "keyturn x", deadline: Self.now)])
        let text = StatusText(status, isBrief: true).text(Paint(.always), width: 100)
        #expect(
            text.contains("\u{1B}[31mcritical secret_expires (zoom-prod): dies\u{1B}[0m")
                && text.contains("try: \u{1B}[36mkeyturn x\u{1B}[0m"))
        let plain = StatusText(status, isBrief: true).text(Paint(.never), width: 100)
        #expect(text.replacing(#/\u{1B}\[\d+m/#, with: "") == plain)
    }

    @Test(arguments: [
        ("planned", "planned"), ("intended", "asking Zoom"), ("lost_response", "unknown outcome"),
        ("received", "new secret received"), ("verified", "verified"), ("current", "live"), ("published", "pushed"),
        ("draining", "grace period"), ("retired", "done"), ("refused", "refused"), ("aborted", "cancelled"),
        ("blocked", "blocked"), ("of_tomorrow", "of_tomorrow"),
    ]) func `people read a rotation's state in words, and an unknown one as it came`(state: String, words: String)
        throws
    {
        let known = Self.status([try Self.app("zoom-prod", rotation: .current)])
        let answer = known.render().withSpan { String(decoding: $0.array, as: UTF8.self) }
            .replacing("\"current\"", with: "\"\(state)\"")
        let status = try StatusDocument(parsing: SecretBytes(copying: answer))
        #expect(StatusText(status, isBrief: false).text(Paint(.never), width: nil).hasSuffix("  \(words)\n"))
        #expect(status.apps.first?.rotation?.rawValue == state)
    }

    @Test func `a notice does not count an app as one with problems`() throws {
        let status = Self.status(
            try (0..<50).map { try Self.app("zoom-\($0)") }, [.init(.rotationPaused, app: Name("zoom-1"), "paused")])
        let text = StatusText(status, isBrief: true).text(Paint(.never), width: 100)
        #expect(text.contains("note rotation_paused (zoom-1): paused") && text.contains("0 with problems"))
    }
}
