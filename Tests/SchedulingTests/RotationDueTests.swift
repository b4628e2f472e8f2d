import Domain
import Scheduling
import SecretMemory
import TestSupport
import Testing
import Vault

/// When a rotation begins by itself: arithmetic, with no scheduler around it.
@Suite struct RotationDueTests {
    private static let day = 86_400

    private func due(
        _ process: Process, at now: Timestamp, kept: SchedulerState.PlannedRotation? = nil, catchingUp: Bool = true
    ) throws -> RotationDue? {
        let entry = try process.entry()
        var recurrences = Recurrences()
        let recurrence = try recurrences.of(entry.app)
        return RotationDue(
            entry, schedulerState: SchedulerState(rotation: kept), recurrence: recurrence, now: now,
            catchingUp: catchingUp)
    }

    @Test func `an app without an interval, and one that is paused, have no due time`() async throws {
        let idle = try await Process(apps: [.rotated("alpha", every: nil)])
        #expect(try due(idle, at: idle.time.now.wall) == nil)
        let paused = try await Process(apps: [.rotated("alpha", every: Self.day, paused: true)])
        #expect(try due(paused, at: paused.time.now.wall + 9 * Self.day) == nil)
    }

    @Test func `a future due time is as planned, and a long overdue one begins within ten minutes and is saved`()
        async throws
    {
        let process = try await Process(apps: [.rotated("alpha", every: 30 * Self.day)])
        let made = process.time.now.wall
        let ahead = try #require(try due(process, at: made + Self.day))
        #expect(ahead.begins == ahead.planned && !ahead.isPutOff)
        let now = made + 60 * Self.day
        let overdue = try #require(try due(process, at: now))
        #expect((now...now + 600).contains(overdue.begins) && overdue.isPutOff && overdue.planned < now)
        // A change of the entry is no reason to put anything off.
        let changed = try #require(try due(process, at: now, catchingUp: false))
        #expect(changed.begins == changed.planned && !changed.isPutOff)
    }

    @Test func `a postponed rotation is postponed again only while there is a reason`() async throws {
        let process = try await Process(apps: [.rotated("alpha", every: 30 * Self.day)])
        let now = process.time.now.wall + 60 * Self.day
        func begins(_ due: Timestamp, base: Generation = .first) throws -> Timestamp? {
            try self.due(process, at: now, kept: .init(base: base, due: due))?.begins
        }
        #expect(try begins(now + 300) == now + 300)
        #expect(try begins(now + -5000) == now + -5000, "at once, and in order")
        #expect(try begins(now + RotationDue.rest) == now + RotationDue.rest, "a rest")
        let fresh = try due(process, at: now)?.begins
        #expect(try begins(now + 400 * Self.day) == fresh, "noted under a clock that was ahead")
        #expect(try begins(now + 300, base: Generation.first.next) == fresh, "of another generation")
        // A policy by which nothing is overdue knows nothing of what was put off under another.
        let early = process.time.now.wall + Self.day
        let planned = try due(process, at: early)?.planned
        #expect(try due(process, at: early, kept: .init(base: .first, due: early + 60))?.begins == planned)
    }

    @Test(arguments: [true, false]) func `nothing begins outside its windows`(catchingUp: Bool) async throws {
        let app = App.rotated("alpha", every: 7 * Self.day, windows: "Sun 02:00-04:00")
        let process = try await Process(apps: [app])
        let windows = try Window.list(app.policy.windows)
        for hours in stride(from: 0, to: 40 * 24, by: 1) {
            let now = process.time.now.wall + hours * 3600
            for kept in [nil, now + 300, now + RotationDue.rest, now + -100] {
                let kept = kept.map { SchedulerState.PlannedRotation(base: .first, due: $0) }
                let begins = try #require(try due(process, at: now, kept: kept, catchingUp: catchingUp)).begins
                // What is due begins now; what is ahead begins then.
                #expect(windows.contains(max(begins, now), in: .utc), "\(hours) h, kept \(String(describing: kept))")
            }
        }
    }

    @Test func `a secret that is younger than the clock says keeps its due time`() async throws {
        let process = try await Process(apps: [.rotated("alpha", every: 30 * Self.day)])
        let now = process.time.now.wall + -365 * Self.day
        let first = try #require(try due(process, at: now))
        #expect(first.isPutOff && (1...30 * Self.day).contains(first.begins - now))
        let later = try #require(
            try due(process, at: now + 5 * Self.day, kept: .init(base: .first, due: first.begins)))
        #expect(later.begins == first.begins)
    }
}
