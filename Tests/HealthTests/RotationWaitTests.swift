import Domain
import Foundation
import Rotation
import SecretMemory
import SocketAPI
import TestSupport
import Testing

@testable import Health
@testable import Vault

/// What a rotation waits for in each state, how long that is normal, and what is said when it is longer.
@Suite struct RotationWaitTests {
    private static let start = Timestamp(unixSeconds: 1_800_000_000)
    private static let (hour, day) = (3600, 86_400)

    @Test func `every state waits for something, except the final ones`() {
        for phase in RotationPhase.allCases { #expect(WaitRow.rows(phase).isEmpty == phase.isFinal, "\(phase)") }
        #expect(Set(WaitRow.all.map(\.kind)) == Set(WaitKind.allCases))
    }

    @Test func `the page has the same table as the program`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/rotation.md"), encoding: .utf8)
        let lines = WaitRow.all.map { row in
            let usual = row.usual.map { $0 == 0 ? "reported at once" : countdown($0) } ?? "as agreed"
            return "| `\(row.phase.rawValue)` | \(row.words) | \(usual) |"
        }
        #expect(
            page.contains(
                "| state | waits for | usually at most |\n|---|---|---|\n" + lines.joined(separator: "\n") + "\n\n"))
    }

    /// A rotation that came into its state at the start.
    private static func rotation(_ phase: RotationPhase, overlap: Int = 0) -> Rotation {
        var rotation = Rotation.planned(
            id: "r1", app: .sample("zoom"), base: .first, trigger: .operator, overlap: overlap, at: start)
        rotation.phase = phase
        guard phase != .planned else { return rotation }
        rotation.revokeAt = start + 30 * day
        if [.current, .published, .draining, .blocked].contains(phase) { rotation.promotedAt = start }
        return rotation
    }

    private static func target(_ name: String, _ change: (inout Delivery) -> Void) -> TargetEntry {
        var delivery = Delivery()
        (delivery.generation, delivery.replicatedAt) = (Generation.first.next, start + -hour)
        change(&delivery)
        return TargetEntry(target: .sample(name, of: .sample("zoom")), delivery: delivery)
    }

    private static let behind = target("console") { $0.generation = .first }
    private static let stuck = target("console") {
        ($0.before, $0.pushedAt, $0.replicatedAt, $0.waiting) = (.first, start, nil, "10.0.0.2 is OUT_OF_DATE")
    }
    private static let settling = target("console") { $0.replicatedAt = start }
    private static let late = target("console") { $0.replicatedAt = start + 2 * day }
    private static let changed = target("console") { $0.drift = Drift(seenAt: start + day, kind: .secret) }
    private static let away = target("console") {
        $0.failure = .init(
            at: start, step: .access, cause: "unreachable", reason: "away", hint: nil, isRefusal: false)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let phase: RotationPhase
        var overlap = 0
        var holders: [String] = []
        var targets: [TargetEntry] = []
        /// Seconds from the start at which the rotation goes on.
        var due: Int?
        var after = 0
        let kind: WaitKind
        /// Seconds from the start after which it has waited too long; `nil` for never.
        let tooLongAfter: Int?
        /// Seconds from the start.
        let deadline: Int?
    }

    static let cases: [Case] = [
        Case(testDescription: "planned", phase: .planned, kind: .zoom, tooLongAfter: 1800, deadline: nil),
        Case(testDescription: "asking", phase: .intended, kind: .zoom, tooLongAfter: 1800, deadline: 30 * day),
        Case(testDescription: "lost", phase: .lostResponse, kind: .zoom, tooLongAfter: 0, deadline: 30 * day),
        Case(testDescription: "unproven", phase: .received, kind: .zoom, tooLongAfter: 1800, deadline: 30 * day),
        Case(testDescription: "verified", phase: .verified, kind: .vault, tooLongAfter: 300, deadline: 30 * day),
        Case(testDescription: "no target", phase: .current, kind: .vault, tooLongAfter: 300, deadline: 30 * day),
        Case(
            testDescription: "a target that has the old one", phase: .current, targets: [behind], kind: .targets,
            tooLongAfter: 3720, deadline: 30 * day),
        Case(
            testDescription: "engines that never take it over", phase: .current, targets: [stuck], kind: .targets,
            tooLongAfter: 3720, deadline: 30 * day),
        Case(
            testDescription: "a target that settles", phase: .current, targets: [settling], kind: .targets,
            tooLongAfter: 3720, deadline: 30 * day),
        Case(
            testDescription: "a target that was slow, and has it by now", phase: .current, targets: [late],
            after: 2 * day + 120, kind: .vault,
            tooLongAfter: 2 * day + 420, deadline: 30 * day),
        Case(
            testDescription: "its turn to go on", phase: .current, targets: [settling], due: 900, after: 121,
            kind: .vault, tooLongAfter: 1200, deadline: 30 * day),
        Case(testDescription: "pushed", phase: .published, kind: .vault, tooLongAfter: 300, deadline: 30 * day),
        Case(
            testDescription: "the overlap", phase: .draining, overlap: 7 * day, holders: ["ping"], targets: [changed],
            kind: .overlap, tooLongAfter: nil, deadline: nil),
        Case(
            testDescription: "a holder", phase: .draining, overlap: day, holders: ["ping"], after: day, kind: .holders,
            tooLongAfter: 2 * day, deadline: 29 * day),
        Case(
            testDescription: "a target that was changed", phase: .draining, holders: ["ping"], targets: [changed],
            after: day, kind: .targets, tooLongAfter: day + hour, deadline: 29 * day),
        Case(
            testDescription: "a console that is away", phase: .draining, targets: [away], kind: .targets,
            tooLongAfter: hour, deadline: 29 * day),
        Case(
            testDescription: "Zoom's end of the old secret, which nobody has", phase: .draining, kind: .zoom,
            tooLongAfter: hour, deadline: nil),
        Case(testDescription: "blocked", phase: .blocked, kind: .you, tooLongAfter: 0, deadline: 30 * day),
    ]

    @Test(arguments: cases) func `each wait has its kind, its length and its deadline`(_ row: Case) throws {
        func wait(_ seconds: Int) throws -> RotationWait {
            var rotation = Self.rotation(row.phase, overlap: row.overlap)
            rotation.due = row.due.map { Self.start + $0 }
            return try #require(
                RotationWait(
                    rotation, holders: row.holders.map { .test($0) },
                    targets: row.targets, generation: .first.next, now: Self.start + seconds))
        }
        let seen = try wait(row.after)
        #expect(seen.row.kind == row.kind && seen.row.phase == row.phase)
        #expect(seen.deadline == row.deadline.map { Self.start + $0 })
        guard let late = row.tooLongAfter else {
            #expect(!seen.isTooLong(Self.start + 40 * Self.day))
            return
        }
        #expect(!seen.isTooLong(Self.start + late) && seen.isTooLong(Self.start + late + 1))
    }

    /// What is said of an app at a time.
    private func problems(_ row: Case, after seconds: Int) throws -> [HealthIssue] {
        try app(row, after: seconds).all.map { $0.graded(at: Self.start + seconds) }
    }

    private func app(_ row: Case, after seconds: Int) throws -> AppProblems {
        let credential = Credential(
            generation: .first.next, state: .current, clientSecret: SecretBox("s"), createdAt: Self.start)
        var facts = AppEntry.Facts()
        facts.rotation = Self.rotation(row.phase, overlap: row.overlap)
        for name in row.holders {
            let holder = Holder(node: .first, client: .test(name))
            facts.receipts[holder] = Receipt(
                holder: holder, generation: .first, secret: "o", at: Self.start, isAcknowledged: false)
        }
        let now = Self.start + seconds
        return AppProblems(
            entry: AppEntry(app: .sample("zoom"), credential: credential, facts),
            holders: row.holders.map { .test($0) }, recurrence: .success(nil), now: now,
            targets: row.targets)
    }

    @Test func `a push that waits forever grows from quiet to critical, and says which node, and until when`() throws {
        let row = Case(
            testDescription: "", phase: .current, targets: [Self.stuck], kind: .targets, tooLongAfter: nil,
            deadline: nil)
        #expect(try problems(row, after: 3720).isEmpty)
        let expected: [(Int, Severity, String)] = [
            (4 * Self.hour, .warning, "expires at 2027-02-14T08:00:00Z, in 29 d 20 h"),
            (22 * Self.day, .warning, "in 8 d"), (23 * Self.day, .critical, "in 7 d"),
            (30 * Self.day, .critical, "expired at"), (400 * Self.day, .critical, "370 d ago"),
        ]
        for (seconds, severity, words) in expected {
            let found = try problems(row, after: seconds)
            #expect(found.map(\.code) == ["rotation_waits"] && found.first?.severity == severity)
            #expect(found.first?.detail.contains(words) == true, "\(found)")
        }
        #expect(
            try problems(row, after: 76 * Self.hour).first?.detail
                == "the rotation has waited 3 d 4 h for target 'console' (usually at most 1 h 2 min): 10.0.0.2 is OUT_OF_DATE; "
                + "the old secret, which it may still have, expires at 2027-02-14T08:00:00Z, in 26 d 20 h")
    }

    @Test func `a step that cannot be saved comes before what the rotation seems to wait for`() throws {
        var problems = try app(
            Case(testDescription: "", phase: .draining, kind: .zoom, tooLongAfter: nil, deadline: nil),
            after: 4 * Self.day)
        problems.unsaved = FailedCommits.Failure(
            error: VaultError(.store(.diskFull), "the disk is full", hint: "free some space"), due: Self.start)
        let told = try #require(problems.waiting)
        #expect(told.detail.contains("(usually at most 1 h): its next step cannot be saved: the disk is full"))
        #expect(told.hint == "free some space")
    }

    @Test func `the command to type concerns the obstacle`() throws {
        func said(_ phase: RotationPhase, _ targets: [TargetEntry]) throws -> HealthIssue {
            let row = Case(
                testDescription: "", phase: phase, targets: targets, kind: .targets, tooLongAfter: nil, deadline: nil)
            return try #require(problems(row, after: 4 * Self.day).first)
        }
        let refused = Self.target("console") {
            $0.generation = .first
            $0.failure = .init(
                at: Self.start, step: .access, cause: "server_error", reason: "503", hint: "see its log",
                isRefusal: false)
        }
        #expect(try said(.current, [Self.stuck]).hint?.contains("permanently out of service") == true)
        #expect(try said(.current, [refused]).hint == "see its log; then keyturn target test console")
        #expect(try said(.draining, [Self.away]).hint == "keyturn target test console")
        // Nobody changed anything: there is nothing to push over, and nothing to accept.
        #expect(try said(.draining, [Self.stuck]).hint?.hasPrefix("keyturn target test console") == true)
        #expect(
            try said(.draining, [Self.changed]).hint?.hasPrefix("keyturn target push console; only if") == true,
            "an old secret that is accepted is ended under the console")
        #expect(
            try said(.current, []).detail.hasSuffix("; the old secret expires at 2027-02-14T08:00:00Z, in 26 d"))
    }

    @Test(arguments: [(RotationPhase.current, true), (.blocked, true), (.draining, false)])
    func `a client with the old secret is named while the rotation names others`(
        phase: RotationPhase, isNamed: Bool
    ) throws {
        let row = Case(
            testDescription: "", phase: phase, holders: ["ping"], targets: phase == .draining ? [] : [Self.stuck],
            kind: .targets, tooLongAfter: nil, deadline: nil)
        func isSaid(_ seconds: Int) throws -> Bool {
            try problems(row, after: seconds).contains {
                $0.code == "consumer_secret_expired" && $0.severity == .critical && $0.detail.contains("client 'ping'")
            }
        }
        #expect(try !isSaid(22 * Self.day))
        // Once the secret has expired, no rotation waits for who has it.
        #expect(try isSaid(24 * Self.day) == isNamed && isSaid(31 * Self.day))
    }

    @Test func `a holder is waited for a day, then named, and reported by one problem alone`() throws {
        let row = Case(
            testDescription: "", phase: .draining, overlap: 0, holders: ["ping", "pong"], kind: .holders,
            tooLongAfter: nil, deadline: nil)
        #expect(try problems(row, after: Self.day).isEmpty)
        let late = try problems(row, after: 2 * Self.day)
        #expect(late.map(\.code) == ["rotation_waits"] && late.first?.severity == .warning)
        #expect(late.first?.detail.contains("for clients ping, pong (usually at most 1 d)") == true, "\(late)")
        #expect(late.first?.hint?.contains("keyturn client remove ping") == true)
        let near = try problems(row, after: 25 * Self.day)
        #expect(near.map(\.code) == ["rotation_waits"] && near.first?.severity == .critical)
    }
}
