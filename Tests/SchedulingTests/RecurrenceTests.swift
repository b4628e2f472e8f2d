import Domain
import Scheduling
import TestSupport
import Testing

private let day = 86_400

@Suite struct RecurrenceTests {
    @Test(  // Early by the key's FNV-1a modulo 21,601, or modulo a tenth of the interval and one.
        arguments: [
            ("", 30 * day, 21_511), ("a", 30 * day, 5_059), ("payroll", 30 * day, 21_049),
            ("zoom-app-1", 30 * day, 6_241),
            ("payroll", 1, 0),
        ])
    func `without windows a rotation is due at the key's own place in the last tenth of the interval, always the same`(
        key: String, every: Int, early: Int
    ) throws {
        let last = try utc("2026-11-23T17:00:00Z")
        let recurrence = Recurrence(every: every, splayKey: key)
        #expect(recurrence.due(after: last, now: last) == last + every + -early)
        #expect(recurrence.due(after: last, now: last + every / 2) == last + every + -early)
    }

    @Test(
        arguments: Zone.allCases
    ) func `a weekly rotation in a weekly window stays weekly, whatever the delay and the clocks`(zone: Zone) throws {
        let rules = try zone.rules
        let windows = try Window.list("Sun 01:00-05:00")
        for key in (0..<20).map({ "app-\($0)" }) {
            let recurrence = Recurrence(every: 7 * day, windows: windows, zone: rules, splayKey: key)
            let start = try utc("2026-01-01T00:00:00Z")
            var last = start
            for round in 1...52 {
                let due = recurrence.due(after: last, now: last)
                #expect(windows.contains(due, in: rules))
                let weeks = (rules.localTime(at: due).day - rules.localTime(at: start).day) / 7
                // The first may lie in this week or in the one after.
                #expect(weeks == round - 1 || weeks == round, "\(key) round \(round): \(due)")
                last = due + 45
            }
        }
    }

    @Test(arguments: Zone.allCases)
    func `the due time moves strictly forward, is early by no more than allowed, and lies in a window`(zone: Zone)
        throws
    {
        let rules = try zone.rules
        var random = Dice(7)
        for number in 0..<400 {
            let windows = number % 3 == 0 ? [] : [try random.window(), try random.window()]
            let every = [1, 60, 3_600, day, 7 * day, 90 * day].randomElement(using: &random) ?? 1
            let recurrence = Recurrence(every: every, windows: windows, zone: rules, splayKey: "app-\(number)")
            let last = try random.instant()
            let due = recurrence.due(after: last, now: last)
            let early = min(every / 10, 21_600)
            #expect(due > last && due >= last + (windows.isEmpty ? every + -early : min(early, every)))
            #expect(due <= last + every + (windows.isEmpty ? 0 : 9 * day))
            // Late only where no window opens in time.
            let next = windows.nextOpening(atOrAfter: last + early, in: rules)
            if let next, next.lowerBound <= last + every { #expect(due <= last + every, "\(windows) \(last) \(due)") }
            #expect(windows.isEmpty || windows.contains(due, in: rules), "\(windows) \(due)")
            // However late it is asked, the answer is ahead or a little overdue, and still in a window.
            let now = last + Int.random(in: 0...(3 * every + 7_200), using: &random)
            let late = recurrence.due(after: last, now: now)
            #expect(late > last && now - late <= Recurrence.catchUp)
            #expect(windows.isEmpty || windows.contains(late, in: rules))
            if late < now { #expect(windows.isEmpty || windows.contains(now, in: rules)) }
        }
    }

    /// A Monday at 17:00; Sundays are 6, 13, 20, 27 December and 3 January. The first day on which it may be due.
    @Test(arguments: [
        (30 * day, "Sun 02:00-04:00", "2026-12-20"), (35 * day, "Sun 02:00-04:00", "2026-12-27"),
        (7 * day, "Sun 02:00-04:00", "2026-11-29"), (6 * day, "Sun 02:00-04:00", "2026-11-29"),
        (1 * day, "Sun 02:00-04:00", "2026-11-29"), (1 * day, "daily 02:00-04:00", "2026-11-24"),
        (2 * day, "daily 02:00-04:00", "2026-11-25"), (30 * day, "Mon 16:00-18:00", "2026-12-21"),
        (28 * day, "Mon 16:00-16:30", "2026-12-21"), (30 * day, "daily 00:00-24:00", "2026-12-23"),
    ]) func `an interval is a maximum age: the last window before its end, and the next one only where there is none`(
        every: Int, window: String, on date: String
    ) throws {
        let last = try utc("2026-11-23T17:00:00Z")
        for key in (0..<50).map({ "app-\($0)" }) {
            let recurrence = Recurrence(every: every, windows: try Window.list(window), splayKey: key)
            let due = recurrence.due(after: last, now: last)
            #expect(due.description.hasPrefix(date), "\(key): \(due)")
        }
    }

    @Test func `a rotation by hand in a window is not repeated in it, and the next is not a week late`() throws {
        let windows = try Window.list("Sun 01:00-05:00")
        for key in (0..<50).map({ "app-\($0)" }) {
            let recurrence = Recurrence(every: 7 * day, windows: windows, splayKey: key)
            var last = try utc("2026-11-29T01:30:00Z")
            for week in 1...8 {
                let due = recurrence.due(after: last, now: last)
                #expect(due <= last + 7 * day && due > last + 6 * day, "\(key) week \(week): \(due)")
                last = due + 45
            }
        }
    }

    @Test(arguments: [
        ("Sun 02:00-04:00", 7 * day), ("daily 01:00-03:00", day), ("Mon-Fri 22:00-06:00", 3 * day),
        ("daily 00:00-24:00", 0), ("Sun 02:00-04:00; Wed 02:00-04:00", 4 * day),
    ]) func `the longest pause between windows is found`(windows: String, pause: Int) throws {
        #expect(try Window.list(windows).longestPause == pause)
    }

    @Test func `a missed rotation is caught up once, within ten minutes`() throws {
        let now = try utc("2026-11-23T17:00:00Z")
        let recurrence = Recurrence(every: 30 * day, splayKey: "payroll")
        let due = recurrence.due(after: now + -400 * day, now: now)
        #expect(due == now + 490)
        // Asked again, after starts and pauses, it stays where it is until long past.
        for delay in [0, 489, 490, 491, 490 + 600] { #expect(recurrence.caughtUp(due, now: now + delay) == due) }
        #expect(recurrence.caughtUp(due, now: now + 490 + 601) == now + 490 + 601 + 490)
        #expect(recurrence.due(after: due, now: due) > due + 29 * day)
    }

    @Test func `a missed rotation waits for its window, and a closed window is not used`() throws {
        let windows = try Window.list("Sun 02:00-04:00")
        let recurrence = Recurrence(every: 30 * day, windows: windows, splayKey: "payroll")
        let last = try utc("2026-06-01T00:00:00Z")
        // The place of the key in two hours less a tenth.
        #expect(
            try recurrence.due(after: last, now: utc("2026-11-23T17:00:00Z")) == utc("2026-11-29T02:00:00Z") + 3_834)
        let open = try utc("2026-11-29T03:59:00Z")
        let due = recurrence.due(after: last, now: open)
        #expect(due >= open && due < open + 60)
        // A little overdue: at once while the window is open, in the next one when it has closed.
        let stored = try utc("2026-11-29T03:58:00Z")
        #expect(recurrence.caughtUp(stored, now: stored + 60) == stored)
        #expect(try recurrence.caughtUp(stored, now: stored + 121) == utc("2026-12-06T02:00:00Z") + 3_834)
    }

    @Test func `a last time in the future, after the clock was set back, counts as now`() throws {
        let now = try utc("2026-11-23T17:00:00Z")
        let recurrence = Recurrence(every: 30 * day, splayKey: "payroll")
        #expect(recurrence.due(after: now + 9_999 * day, now: now) == recurrence.due(after: now, now: now))
    }

    @Test func `an interval out of bounds is moved to the nearest that is allowed`() {
        #expect(Recurrence(every: .min, splayKey: "").every == 1)
        #expect(Recurrence(every: .max, splayKey: "").every == DurationText.longest)
    }

    @Test func `a thousand apps made together spread evenly, without a window, in one, and after a pause`() throws {
        let now = try utc("2026-11-23T17:00:00Z")
        let windows = try Window.list("Sun 02:00-04:00")
        let opens = try utc("2026-12-13T02:00:00Z")
        var parts = [[Int]](repeating: [Int](repeating: 0, count: 10), count: 3)
        for number in 0..<1_000 {
            let free = Recurrence(every: 30 * day, splayKey: "app-\(number)")
            let bound = Recurrence(every: 30 * day, windows: windows, splayKey: "app-\(number)")
            parts[0][(free.due(after: now, now: now) - (now + 30 * day + -21_600)) * 10 / 21_601] += 1
            let early = bound.due(after: now + -4 * day, now: now) - opens
            parts[1][early * 10 / 6_480] += 1
            parts[2][(free.due(after: now + -90 * day, now: now) - now) * 10 / 601] += 1
        }
        for part in parts { #expect(part.allSatisfy { (60...140).contains($0) }, "\(part)") }
    }
}
