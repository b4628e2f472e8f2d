import Domain
import SecretMemory
import SocketAPI
import TestSupport
import Testing
import Vault

@testable import Health

/// What falls due within some days, from a vault.
@Suite struct CalendarReportTests {
    private static let day = 86_400

    private struct Stage {
        let vault: Vault
        let now: Timestamp

        func calendar(days: Int = 30, app: Name? = nil, _ issues: [HealthIssue] = []) -> CalendarDocument {
            let catalog = vault.catalog
            var report = CalendarReport(catalog, app: app.flatMap(catalog.app), now: now, days: days)
            return report.document(issues)
        }
    }

    /// An app that is rotated each week on Sundays, one each hour, one that is paused, one that only people rotate, and
    /// one whose secret expires, because Zoom made a new one that is not verified.
    private static func stage() async throws -> Stage {
        let time = ManualTime()
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(store, with: .keyFile(), time: time)
        let policies = [
            "weekly": RotationPolicy(every: 7 * day, windows: "Sun 02:00-04:00"),
            "weekly-too": RotationPolicy(every: 7 * day, windows: "Sun 02:00-04:00"),
            "hourly": RotationPolicy(every: 3600), "paused": RotationPolicy(every: 7 * day, isPaused: true),
            "by-hand": RotationPolicy(), "rotating": RotationPolicy(),
        ]
        for (name, policy) in policies {
            var app = App.sample(name)
            app.policy = policy
            try await vault.add(app, clientSecret: SecretBox("s"))
        }
        let app = try #require(vault.catalog.app(.test("rotating"))?.app)
        var rotation = Rotation.planned(
            id: "r1", app: app, base: .first, trigger: .operator, overlap: 0, at: time.now.wall)
        rotation.phase = .received
        rotation.revokeAt = time.now.wall + 20 * day
        try await vault.begin(rotation, of: app)
        return Stage(vault: vault, now: time.now.wall)
    }

    /// A rotation of the app whose secret is live, and that drains for so many days.
    private static func drain(_ name: Name, days: Int, in stage: Stage) async throws {
        let app = try #require(stage.vault.catalog.app(name)?.app)
        var rotation = Rotation.planned(
            id: "r-\(name)", app: app, base: .first, trigger: .schedule, overlap: days * day, at: stage.now)
        try await stage.vault.begin(rotation, of: app)
        rotation.phase = .draining
        (rotation.promotedAt, rotation.revokeAt) = (stage.now, stage.now + 29 * day)
        rotation.due = stage.now + min(days, 28) * day
        let new = Credential(
            generation: rotation.target, state: .current, clientSecret: SecretBox("n"), createdAt: stage.now)
        try await stage.vault.promote(new, by: rotation, of: app)
    }

    @Test(arguments: [2, 10, 29])
    func `while an app drains, the end of its overlap and the rotations after it are there`(overlap: Int) async throws {
        let stage = try await Self.stage()
        let name = Name.test("weekly")
        try await Self.drain(name, days: overlap, in: stage)
        let events = stage.calendar(days: 40, app: name).events
        let ends = events.filter { $0.kind.known != .rotation }
        let end = stage.now + overlap * Self.day
        let last = stage.now + max(overlap, 28) * Self.day
        #expect(ends.last?.uid == "secret-id-of-weekly-1" && ends.last?.at == last, "\(ends)")
        if overlap < 28 {
            #expect(ends.first?.uid == "overlap-id-of-weekly-1" && ends.first?.at == end && ends.count == 2)
        } else {
            #expect(ends.count == 1, "\(ends)")
        }
        let rotations = events.filter { $0.kind.known == .rotation }
        let first = try #require(rotations.first)
        #expect(first.isExpected && first.uid == "rotation-id-of-weekly-2" && first.at >= end, "\(first)")
        #expect(first.at < end + 8 * Self.day)
        #expect(Set(rotations.map(\.uid)).count == rotations.count && rotations.allSatisfy(\.isExpected))
    }

    @Test func `rotations after one that is not live yet are expected, unless the app is paused`() async throws {
        let stage = try await Self.stage()
        for name in [Name.test("weekly"), .test("paused")] {
            let app = try #require(stage.vault.catalog.app(name)?.app)
            let rotation = Rotation.planned(
                id: "r-\(name)", app: app, base: .first, trigger: .operator, overlap: Self.day, at: stage.now)
            try await stage.vault.begin(rotation, of: app)
        }
        let weekly = stage.calendar(app: .test("weekly")).events
        #expect((3...5).contains(weekly.count) && weekly.allSatisfy(\.isExpected), "\(weekly)")
        #expect(weekly.first?.uid == "rotation-id-of-weekly-2")
        #expect(stage.calendar(app: .test("paused")).events.isEmpty)
    }

    @Test func `an overlap longer than the interval puts the rotations after it off`() async throws {
        let stage = try await Self.stage()
        var app = App.sample("slow")
        app.policy = RotationPolicy(every: 2 * Self.day, overlap: 10 * Self.day)
        try await stage.vault.add(app, clientSecret: SecretBox("s"))
        let times = stage.calendar(app: .test("slow")).events.map(\.at)
        #expect(times.count == 3, "\(times)")
        for (one, next) in zip(times, times.dropFirst()) { #expect(next - one >= 10 * Self.day, "\(times)") }
    }

    @Test func `an old secret that expires after its rotation is over is there`() async throws {
        let stage = try await Self.stage()
        let name = Name.test("by-hand")
        try await Self.drain(name, days: 0, in: stage)
        let entry = try #require(stage.vault.catalog.app(name))
        var rotation = try #require(entry.rotation)
        (rotation.phase, rotation.endedAt, rotation.revokeAt) = (.retired, stage.now, stage.now + 6 * Self.day)
        try await stage.vault.retire(by: rotation, of: entry.app)
        let events = stage.calendar(app: name).events
        #expect(events.map(\.uid) == ["secret-id-of-by-hand-1"], "\(events)")
        #expect(events.first?.detail == "generation 1, the old secret, expires")
    }

    @Test func `each scheduled rotation is there, those after the next one as expected`() async throws {
        let stage = try await Self.stage()
        let calendar = stage.calendar()
        let weekly = calendar.events.filter { $0.app == .test("weekly") }
        #expect(weekly.count == 4 || weekly.count == 5, "\(weekly)")
        #expect(weekly.map(\.isExpected) == [false] + weekly.dropFirst().map { _ in true })
        #expect(weekly.map(\.uid) == (1...weekly.count).map { "rotation-id-of-weekly-\($0)" })
        let openings = try #require(calendar.windows.first).openings
        for event in weekly { #expect(openings.contains { $0.from <= event.at && event.at < $0.to }, "\(event)") }
        let hourly = calendar.events.filter { $0.app == .test("hourly") }
        #expect(hourly.count == 1 && hourly[0].detail.hasSuffix(", and then every 1h"), "\(hourly)")
        #expect(!calendar.events.contains { [.test("paused"), .test("by-hand")].contains($0.app) })
        #expect(calendar.paused == [.test("paused")])
        #expect(calendar.events.map(\.at) == calendar.events.map(\.at).sorted())
        #expect(calendar.events.allSatisfy { $0.at >= stage.now && $0.at < calendar.until })
    }

    @Test func `windows that several apps share are there once`() async throws {
        let windows = try await Self.stage().calendar().windows
        #expect(windows.map(\.window) == ["Sun 02:00-04:00"] && windows.map(\.apps) == [2])
        #expect((4...5).contains(windows[0].openings.count))
        let alone = try await Self.stage().calendar(app: .test("by-hand"))
        #expect(alone.windows.isEmpty && alone.events.isEmpty && alone.paused.isEmpty)
    }

    @Test func `a secret's end and a deadline are there once, whoever tells of them`() async throws {
        let stage = try await Self.stage()
        let end = stage.now + 20 * Self.day
        let name = Name.test("rotating")
        let issues = [
            HealthIssue(.rotationWaits, app: name, "it waits", deadline: end),
            HealthIssue(.targetFailed, app: name, target: .test("console"), "no", deadline: stage.now + 3 * Self.day),
            HealthIssue(.secretExpires, app: name, "late", deadline: stage.now + 40 * Self.day),
        ]
        let events = stage.calendar(app: name, issues).events
        #expect(events.map(\.kind.rawValue) == ["deadline", "secret_ends"], "\(events)")
        #expect(events.map(\.uid) == ["deadline-target_failed-rotating-console", "secret-id-of-rotating-1"])
        #expect(
            events[1].at == end && events[1].detail == "generation 1, which is served, expires, and has no successor")
    }
}
