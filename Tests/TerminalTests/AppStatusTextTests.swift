import Domain
import SocketAPI
import Testing

@testable import Terminal

/// The page about one app, on terminals of any width and in any locale.
@Suite struct AppStatusTextTests {
    private static let now = Timestamp(unixSeconds: 1_800_000_000)
    private static let times = TimeWords(now: now) { "Thu 2027-01-\($0 > now ? "20" : "10") 02:00 CET" }
    private static let long = String(repeating: "long-name.", count: 6) + "xy"

    private static func name(_ text: String) throws -> Name { try #require(Name(text)) }

    /// An app whose overlap lasts, with a client that has the old secret.
    private static func status(
        _ app: String = "zoom-prod", client: String = "ping", phase: RotationPhase? = .draining,
        problems: [HealthIssue] = [], policy: RotationPolicy = RotationPolicy(every: 30 * 86_400)
    ) throws -> AppStatusDocument {
        let name = try name(app)
        let document = AppDocument(
            name: name, generation: 4, accountID: "a", clientID: "c", marketplaceAppID: nil, environment: .commercial,
            tokenURL: "t", apiURL: "u", secretFingerprint: "f", secretLength: 1, secretCreatedAt: now + -12 * 86_400,
            createdAt: now + -90 * 86_400, profile: AppProfile([.owner: "identity@example.org"]),
            labels: Labels(), policy: PolicyDocument(policy, nextAt: nil),
            warnings: [])
        let rotation = phase.map {
            RotationDocument(
                id: "0123456789abcdef0123456789abcdef", app: name, state: $0, trigger: .operator, base: 3,
                plannedAt: now + -12 * 86_400, due: now + 86_400, oldSecretExpiresAt: now + 18 * 86_400,
                promotedAt: now + -12 * 86_400, endedAt: nil, calls: 1, reason: "the overlap ends later", hint: nil)
        }
        let progress = phase.map { _ in
            RotationProgress(
                step: .draining, waitsFor: .overlap, detail: "the overlap to end", names: [], since: now + -3600,
                usual: nil, until: now + 86_400 * 3, deadline: nil)
        }
        return AppStatusDocument(
            now: now, app: document,
            summary: .init(
                app: name, generation: 4, secretCreatedAt: now + -12 * 86_400, token: .fresh,
                tokenExpiresAt: now + 3000, rotation: phase, paused: policy.isPaused,
                nextRotationAt: phase == nil ? now + 18 * 86_400 : nil, probedAt: now + -7200, oldHolders: 1),
            problems: problems, progress: progress,
            history: HistoryDocument(
                appAddedAt: now + -90 * 86_400, first: 3, current: (4, now + -12 * 86_400),
                rotations: rotation.map { [$0] } ?? []),
            holders: [
                .init(
                    node: .first, client: try Self.name(client), generation: 3, isCurrent: false,
                    at: now + -20 * 86_400,
                    isAcknowledged: false)
            ], targets: [])
    }

    private static func text(_ status: AppStatusDocument, width: Int? = 80, _ paint: Paint = Paint(.never)) -> String {
        AppStatusText(status, times).text(paint, width: width)
    }

    @Test func `the page says what the rotation waits for, and until when`() throws {
        #expect(
            Self.text(try Self.status()) == """
                ● zoom-prod: rotating
                  owner          identity@example.org
                  generation     4, 12 d old, since Thu 2027-01-10 02:00 CET
                  policy         every 30d, at any time; both secrets work for at least 7d
                  next rotation  after this one
                  verified       accepted by Zoom 2 h ago, Thu 2027-01-10 02:00 CET
                  token          fresh, expires in 50 min, Thu 2027-01-20 02:00 CET
                  rotation       0123456789abcdef0123456789abcdef, on request, to generation 4
                  steps          ✓ planned ✓ asking Zoom ✓ new secret received ✓ verified ✓ live
                                 ✓ pushed ▶ grace period · done
                  because        the overlap ends later
                  waits for      the overlap to end; since 60 min; until
                                 Thu 2027-01-20 02:00 CET, in 3 d; the old secret expires
                                 in 18 d, Thu 2027-01-20 02:00 CET

                holders
                  CLIENT  GENERATION  SINCE
                  ping    3, old      20 d ago, Thu 2027-01-10 02:00 CET

                last events
                  90 d ago  Thu 2027-01-10 02:00 CET  the app was added
                  20 d ago  Thu 2027-01-10 02:00 CET  client ping fetched generation 3
                  12 d ago  Thu 2027-01-10 02:00 CET  rotation 01234567 was started on request,
                                                      to replace generation 3
                  12 d ago  Thu 2027-01-10 02:00 CET  generation 4 is live

                """)
    }

    @Test(arguments: [79, 80, 100, 132]) func `no line is wider than the terminal, and no name is cut`(width: Int)
        throws
    {
        let problem = HealthIssue(
            .rotationWaits, app: try Self.name(Self.long), "the rotation has waited for client '\(Self.long)'",
            try: "keyturn client remove \(Self.long)")
        let text = Self.text(try Self.status(Self.long, client: Self.long, problems: [problem]), width: width)
        for line in text.split(separator: "\n") { #expect(line.count <= width, "\(line.count): \(line)") }
        #expect(text.hasPrefix("● \(Self.long): warning\n") && text.contains("\n  \(Self.long)\n") || width > 120)
    }

    @Test(
        arguments: [
            ([(AttentionCode.rotationBlocked, nil)], RotationPhase.blocked, false, "critical"),
            ([(.missingScopes, nil)], nil, false, "warning"), ([], .current, false, "rotating"),
            ([(.rotationPaused, nil)], nil, true, "paused"), ([], nil, false, "healthy"),
            ([(.diskLow, "host")], nil, false, "warning"),
        ] as [([(AttentionCode, String?)], RotationPhase?, Bool, String)])
    func `the first line has the most urgent word`(
        problems: [(AttentionCode, String?)], phase: RotationPhase?, isPaused: Bool, word: String
    ) throws {
        let name = Name("zoom-prod")
        let status = try Self.status(
            phase: phase, problems: problems.map { HealthIssue($0.0, app: $0.1 == nil ? name : nil, "d") },
            policy: RotationPolicy(every: 86_400, isPaused: isPaused))
        let text = Self.text(status)
        #expect(text.hasPrefix("● zoom-prod: \(word)\n"), "\(text)")
        if phase == .blocked { #expect(text.contains("✗ grace period") && text.contains("(blocked)"), "\(text)") }
        if isPaused { #expect(text.contains("paused; to continue: keyturn resume zoom-prod")) }
    }

    @Test func `colours repeat what the words say`() throws {
        let status = try Self.status(problems: [HealthIssue(.diskLow, "d", try: "df")])
        let painted = Self.text(status, Paint(.always))
        #expect(painted.contains("\u{1B}[33m●\u{1B}[0m") && painted.contains("\u{1B}[33m3, old\u{1B}[0m"))
        #expect(painted.replacing(#/\u{1B}\[\d+m/#, with: "") == Self.text(status))
    }

    @Test(arguments: [
        ([:], true), (["LANG": "C"], false), (["LANG": "de_DE.UTF-8"], true), (["LANG": "C.utf8"], true),
        (["LANG": "de_DE.UTF-8", "LC_ALL": "POSIX"], false), (["LANG": "de_DE.UTF-8", "LC_ALL": ""], true),
        (["LC_CTYPE": "en_US.ISO-8859-1"], false),
    ]) func `the locale decides whether there are other signs than ASCII's`(variables: [String: String], isUTF8: Bool) {
        #expect(Glyphs.isUTF8 { variables[$0] } == isUTF8)
    }

    @Test func `without UTF-8 each sign becomes one of ASCII, and columns stay where they are`() throws {
        let text = Self.text(try Self.status())
        let plain = Glyphs.plain(text)
        #expect(plain.utf8.allSatisfy { $0 < 0x80 } && plain.count == text.count)
        #expect(plain.hasPrefix("* zoom-prod: rotating\n") && plain.contains("> grace period - done"))
    }

    @Test func `a table that does not fit becomes lines beside the first columns, or blocks`() {
        var table = TextTable(["NAME", "STATE", "DETAIL"])
        table.add("console", "failed", "the console refuses the login of the user")
        table.add("other", "", "")
        #expect(
            table.folded(Paint(.never), width: 45, indent: 2) == """
                  NAME     STATE   DETAIL
                  console  failed  the console refuses the
                                   login of the user
                  other

                """)
        #expect(
            table.folded(Paint(.never), width: 38) == """
                console
                  state   failed
                  detail  the console refuses the
                          login of the user
                other

                """)
        #expect(table.folded(Paint(.never), width: nil) == table.text)
    }
}
