import Domain
import SecretMemory
import SocketAPI
import TestSupport
import Testing

@testable import Health
@testable import Maintenance

/// What is told when: the state alone, with a clock that is a number.
@Suite struct AlertStateTests {
    private static let start = Timestamp(unixSeconds: 1_800_000_000)
    private static let day = 86_400

    private static func seen(
        _ code: String, app: String? = nil, target: String? = nil, deadline: Timestamp? = nil,
        _ detail: String = "words"
    ) -> HealthIssue {
        HealthIssue(
            code: code, app: app.map { .test($0) }, target: target.map { .test($0) },
            Advice(detail, try: "keyturn status"), deadline: deadline)
    }

    /// `raised rotation_blocked/a`, `resolved …`, `still …`.
    private static func words(_ alerts: [Alert]) -> [String] {
        alerts.map { alert in
            let subject =
                [alert.issue.app, alert.issue.target].compactMap { $0?.description }
                + (alert.others.map { ["+\($0)"] } ?? [])
            return
                "\(alert.isReminder ? "still" : alert.state.rawValue) \(([alert.issue.code] + subject).joined(separator: "/"))"
        }
    }

    /// A state, what is seen when, and what is sent at once.
    private struct Day {
        var state = AlertState()
        var now = AlertStateTests.start

        mutating func update(_ seen: [HealthIssue], after seconds: Int = 0, isBlind: Bool = false) -> [String] {
            now = now + seconds
            return AlertStateTests.words(state.update(seen, isBlind: isBlind, now: now))
        }

        /// Everything that is pending is taken.
        mutating func send() -> [String] {
            var sent: [Alert] = []
            while let (key, alert) = state.next(now) {
                state.delivered(key, alert)
                sent.append(alert)
            }
            return AlertStateTests.words(sent)
        }
    }

    @Test(arguments: [
        ("rotation_blocked", Severity.critical, 0), ("secret_expires", .critical, 0),
        ("invalid_client", .critical, 60),
        ("app_disabled", .critical, 60), ("locked", .critical, 300), ("missing_scopes", .warning, 0),
        ("rotation_overdue", .warning, 0), ("target_changed", .warning, 0), ("target_failed", .warning, 60),
        ("unreachable", .warning, 900), ("a_code_of_tomorrow", .warning, 900),
    ]) func `each problem has its severity, and fires after its time`(
        _ code: String, _ severity: Severity, _ patience: Int
    ) {
        #expect(Severity(code, now: Self.start) == severity && AlertPolicy(code)?.patience == patience)
        var day = Day()
        let problem = [Self.seen(code, app: "a")]
        #expect(day.update(problem) == (patience == 0 ? ["raised \(code)/a"] : []))
        if patience > 0 {
            #expect(day.update(problem, after: patience - 1) == [])
            #expect(day.update(problem, after: 1) == ["raised \(code)/a"])
        }
    }

    @Test(arguments: ["rotation_paused", "target_new", "grant_without_app"])
    func `a state that the operator chose fires no alert`(_ code: String) {
        var day = Day()
        #expect(AlertPolicy(code) == nil)
        #expect(
            day.update([Self.seen(code, app: "a")]) == [] && day.update([Self.seen(code, app: "a")], after: 9999) == [])
        #expect(day.state.standing.isEmpty)
    }

    @Test func `an alert is sent when it fires, daily while it lasts, and when it is resolved`() {
        var day = Day()
        let held = [Self.seen("rotation_blocked", app: "a")]
        #expect(day.update(held) == ["raised rotation_blocked/a"])
        #expect(day.send() == ["raised rotation_blocked/a"] && day.send() == [])
        #expect(day.update(held, after: 10) == [] && day.update(held, after: Self.day - 11) == [])
        #expect(
            day.update(held, after: 1) == ["still rotation_blocked/a"] && day.send() == ["still rotation_blocked/a"])
        #expect(
            day.update(held, after: Self.day) == ["still rotation_blocked/a"]
                && day.send() == ["still rotation_blocked/a"])
        #expect(day.update([], after: 10) == [] && day.update([], after: 59) == [])
        #expect(
            day.update([], after: 1) == ["resolved rotation_blocked/a"] && day.send() == ["resolved rotation_blocked/a"]
        )
        #expect(day.update([], after: 10) == [] && day.send() == [] && day.state.standing.isEmpty)
    }

    @Test func `a problem that comes and goes is one alert`() {
        var day = Day()
        let failed = [Self.seen("target_failed", app: "a", target: "t")]
        #expect(day.update(failed) == [] && day.update([], after: 30) == [])
        // It passed before anybody was told.
        #expect(day.update(failed, after: 60) == [] && day.state.standing.count == 1)
        #expect(day.update(failed, after: 60) == ["raised target_failed/a/t"] && day.send().count == 1)
        for _ in 0..<10 { #expect(day.update([], after: 50) == [] && day.update(failed, after: 10) == []) }
        #expect(day.send() == [])
        // Back before its end was taken in.
        #expect(day.update([], after: 1) == [] && day.update([], after: 60) == ["resolved target_failed/a/t"])
        #expect(day.update(failed, after: 10) == ["still target_failed/a/t"])
        #expect(day.send().count == 1, "its end may have arrived")
        #expect(day.state.raised(day.now).count == 1)
    }

    @Test func `a countdown is sent again a day and an hour before its end`() {
        var day = Day()
        let dies = Self.start + 7 * Self.day
        let dying = [Self.seen("secret_expires", app: "a", deadline: dies)]
        var rung: [Int] = []
        for _ in 0..<(7 * 24 * 6) {
            if !day.update(dying).isEmpty { rung.append(dies - day.now) }
            day.now = day.now + 600
        }
        #expect(rung.first == 7 * Self.day && rung.last == 3600)
        #expect(rung.filter { $0 % Self.day == 0 } == (1...7).reversed().map { $0 * Self.day })
        #expect(rung.count == 8)
    }

    @Test func `an alert that becomes critical is sent again then, at 1 d, at 1 h and at the deadline`() throws {
        var day = Day()
        let dies = Self.start + 30 * Self.day
        var told: [(left: Int, severity: Severity)] = []
        while day.now < dies + 2 * Self.day {
            let seen = [Self.seen("target_failed", app: "a", target: "t", deadline: dies)]
            let news = day.state.update(seen, now: day.now)
            for alert in news { told.append((dies - day.now, alert.issue.severity)) }
            if day.now == dies + -3 * Self.day {
                // It is known over a restart how urgent it was told.
                let directory = try TemporaryDirectory()
                let file = AlertFile(path: directory.path + "/alerts.json")
                try file.write(AlertStates(log: day.state))
                day.state = try file.read().log
            }
            day.now = day.now + 600
        }
        #expect(told.filter { $0.severity == .warning }.allSatisfy { $0.left > 7 * Self.day })
        #expect(told.filter { $0.severity == .critical }.first?.left == 7 * Self.day)
        for left in [Self.day, 3600, 0] { #expect(told.contains { $0.left == left && $0.severity == .critical }) }
        #expect(told.last?.severity == .critical && (told.last?.left ?? 0) < 0, "it stays so after the death")
        // Also where nothing counts down: a deadline that comes up says so at once.
        _ = day.update([], after: 10)
        _ = day.update([], after: 60)
        let failed = { (deadline: Timestamp?) in [Self.seen("target_failed", app: "b", target: "u", deadline: deadline)]
        }
        _ = day.update(failed(nil), after: 10)
        #expect(day.update(failed(nil), after: 60) == ["raised target_failed/b/u"])
        #expect(day.update(failed(day.now + 3 * Self.day), after: 10) == ["still target_failed/b/u"])
        #expect(day.update(failed(day.now + 3 * Self.day), after: 10) == [])
    }

    @Test func `many alerts at once are sent twenty times, and once for all others`() {
        var day = Day()
        let all = (0..<500).map { Self.seen("rotation_blocked", app: "app-\($0)") }
        let raised = day.update(all)
        #expect(raised.count == 21 && raised.last == "raised rotation_blocked/+480" && day.send().count == 21)
        #expect(day.update(Array(all.dropFirst(10)), after: 10) == [])
        // Those that end make no room for rings of others, while the others stand together.
        let fewer = day.update(Array(all.dropFirst(10)), after: 60)
        #expect(fewer.count == 10 && fewer.allSatisfy { $0.hasPrefix("resolved") } && day.send().count == 10)
        #expect(day.update([], after: 10) == [] && day.update([], after: 60).count == 11 && day.send().count == 11)
        #expect(day.update([], after: 10) == [] && day.state.standing.isEmpty)
    }

    @Test func `while the vault is locked only the alert about the lock can be resolved`() {
        var day = Day()
        let locked = [Self.seen("locked")]
        #expect(day.update([Self.seen("rotation_blocked", app: "a")]).count == 1)
        #expect(day.update(locked, after: 10, isBlind: true) == [])
        #expect(day.update(locked, after: 300, isBlind: true) == ["raised locked"])
        #expect(day.update([Self.seen("rotation_blocked", app: "a")], after: 10) == [])
        #expect(day.update([Self.seen("rotation_blocked", app: "a")], after: 60) == ["resolved locked"])
    }

    @Test
    func `an alert that was not delivered is sent later, and its end goes only to receivers that got its beginning`() {
        var day = Day()
        let held = [Self.seen("rotation_blocked", app: "a")]
        _ = day.update(held)
        for _ in 0..<3 {
            let next = day.state.next(day.now)
            #expect(next?.alert.state == .raised)
            if let next { day.state.failed(next.key, now: day.now) }
        }
        #expect(day.state.pending == 1 && day.update([], after: 10) == [])
        #expect(day.update([], after: 60) == ["resolved rotation_blocked/a"] && day.send() == [])

        // It ends while its beginning is on its way: then its end follows.
        _ = day.update(held, after: 10)
        let onItsWay = day.state.next(day.now)
        #expect(
            day.update([], after: 10) == [] && day.update([], after: 60).count == 1 && day.update([], after: 10) == [])
        if let (key, alert) = onItsWay { day.state.delivered(key, alert) }
        #expect(day.send() == ["resolved rotation_blocked/a"] && day.state.standing.isEmpty)

        // Nobody is told for ever of what is over.
        _ = day.update(held, after: 10)
        #expect(day.send().count == 1 && day.update([], after: 10) == [] && day.update([], after: 60).count == 1)
        #expect(day.state.pending == 1 && day.update([], after: Self.day + 1) == [] && day.state.pending == 0)
    }

    @Test func `an alert that is refused again and again delays no other`() throws {
        var day = Day()
        _ = day.update([Self.seen("rotation_blocked", app: "a")])
        _ = day.update([Self.seen("rotation_blocked", app: "a"), Self.seen("rotation_blocked", app: "b")], after: 60)
        let oldest = day.state.next(day.now)
        let first = try #require(oldest)
        #expect(first.alert.issue.app == .test("a"), "the oldest")
        day.state.failed(first.key, now: day.now)
        let other = day.state.next(day.now)
        let second = try #require(other)
        #expect(second.alert.issue.app == .test("b"))
        day.state.delivered(second.key, second.alert)
        let again = day.state.next(day.now)
        #expect(again?.key == first.key, "and it is not forgotten")
    }

    @Test func `one alert has one ID, and the next one another`() {
        var day = Day()
        let held = [Self.seen("rotation_blocked", app: "a")]
        func id() -> String? { day.state.raised(day.now).first?.id }
        _ = day.update(held)
        let first = id()
        _ = day.update(held, after: Self.day)
        #expect(first != nil && id() == first)
        _ = day.send()
        _ = day.update([], after: 1)
        _ = day.update([], after: 60)
        _ = day.send()
        _ = day.update([], after: 10)
        _ = day.update(held, after: 10)
        #expect(id() != nil && id() != first)
    }

    @Test func `a clock that was set back delays nothing for long`() {
        var day = Day()
        let held = [Self.seen("rotation_blocked", app: "a")]
        _ = day.update(held)
        day.now = day.now + -30 * Self.day
        #expect(day.update(held) == [] && day.update(held, after: Self.day) == ["still rotation_blocked/a"])
        #expect(day.send() == ["raised rotation_blocked/a"] && day.update([]) == [])
        day.now = day.now + -30 * Self.day
        #expect(day.update([]) == [] && day.update([], after: 60) == ["resolved rotation_blocked/a"])
    }

    @Test func `a restart changes nothing`() throws {
        var day = Day()
        let seen = [
            Self.seen("rotation_blocked", app: "a", deadline: Self.start + 5 * Self.day),
            Self.seen("target_failed", app: "a", target: "t"), Self.seen("locked"),
        ]
        _ = day.update(seen + (0..<30).map { Self.seen("missing_scopes", app: "app-\($0)") })
        _ = day.send()
        _ = day.update(Array(seen.dropFirst()), after: 70)
        let directory = try TemporaryDirectory()
        let file = AlertFile(path: directory.path + "/alerts.json")
        #expect(try file.read() == AlertStates())
        let states = AlertStates(log: day.state, channels: [.test("team"): day.state, .test("new"): AlertState()])
        try file.write(states)
        let read = try file.read()
        #expect(read == states && read.isSaved(as: states))
        #expect(!states.isSaved(as: AlertStates(log: day.state)))
        try file.write(AlertStates())
        #expect(try file.read() == AlertStates() && !day.state.isSaved(as: AlertState()))
    }

    @Test(arguments: ["", "{}", "[]", #"{"version":2,"alerts":[],"channels":[]}"#])
    func `a file that is no state of alerts is refused`(_ text: String) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/alerts.json"
        try KeyFile.write(SecretBytes(copying: text), to: path, mode: 0o600)
        #expect(throws: StartError.self) { try AlertFile(path: path).read() }
    }
}
