import Domain
import Scheduling
import TestSupport
import Testing

@Suite struct WindowTests {
    @Test(arguments: [
        ("Sun 02:00-04:00", "Sun 02:00-04:00"), ("Mon-Fri 22:00-06:00", "Mon-Fri 22:00-06:00"),
        ("daily 01:00-03:00", "daily 01:00-03:00"), ("Mon-Sun 01:00-03:00", "daily 01:00-03:00"),
        ("Wed-Tue 01:00-03:00", "daily 01:00-03:00"), ("Fri-Mon 00:00-24:00", "Fri-Mon 00:00-24:00"),
        ("Sat 22:00-00:00", "Sat 22:00-24:00"), ("Sat 22:00-24:00", "Sat 22:00-24:00"),
        ("Sun 02:00-04:00,Mon 02:00-04:00", "Sun 02:00-04:00; Mon 02:00-04:00"),
        (" Sun 02:00-04:00 ;  Mon 23:59-00:01 ", "Sun 02:00-04:00; Mon 23:59-00:01"), ("", ""),
    ]) func `windows are read and written in their canonical form`(text: String, canonical: String) throws {
        let windows = try Window.list(text)
        #expect(Window.text(windows) == canonical)
        #expect(try Window.list(canonical) == windows)
    }

    @Test(arguments: [
        " ", ";", "Sun 02:00-04:00;", ";Sun 02:00-04:00", "Sun 02:00-04:00;;Mon 02:00-04:00", "Sun", "02:00-04:00",
        "sun 02:00-04:00", "SUN 02:00-04:00", "Sunday 02:00-04:00", "Sun  02:00-04:00", "Sun\t02:00-04:00",
        "Sun 2:00-04:00", "Sun 02:00-4:00", "Sun 02:00 - 04:00", "Sun 02:00-04:00-06:00", "Sun 02:00", "Sun 02:00-",
        "Sun 02:60-04:00", "Sun 24:00-04:00", "Sun 02:00-24:01", "Sun 02:00-25:00", "Sun 02:00-02:00",
        "Sun 00:00-00:00",
        "Sun 02-04", "Sun 0200-0400", "Sun 02:00:00-04:00:00", "Sun-Sun 02:00-04:00", "Mon-Wed-Fri 02:00-04:00",
        "Mon- 02:00-04:00", "-Mon 02:00-04:00", "Mon,Wed 02:00-04:00", "Daily 01:00-03:00", "daily",
        "S\u{FC}n 02:00-04:00",
        "Sun 02:00-04:0\u{0663}", String(repeating: "Sun 02:00-04:00;", count: 32) + "Mon 02:00-04:00",
        String(repeating: " ", count: 2_001),
    ]) func `whatever is not exactly a window is refused`(text: String) {
        #expect(code { () throws(ScheduleError) in _ = try Window.list(text) } == .window)
    }

    @Test func `random text never crashes, and what is written reads back`() throws {
        var random = Dice(4)
        var read = 0
        for _ in 0..<3_000 {
            var bytes = Array(Window.text([try random.window(), try random.window()]).utf8)
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let letters = Array("0123456789SunMonTue-:;, ".utf8)
                bytes[Int.random(in: bytes.indices, using: &random)] = letters.randomElement(using: &random) ?? 0
            }
            guard let windows = try? Window.list(String(decoding: bytes, as: UTF8.self)) else { continue }
            read += 1
            #expect(try Window.list(Window.text(windows)) == windows)
        }
        #expect(read > 1_000)
        for _ in 0..<5_000 { _ = try? Window.list(random.text("MonTueSdaily 0123456789:-;,", upTo: 24)) }
    }

    @Test(
        arguments: [
            (Zone.utc, "Sun 02:00-04:00", "2026-11-23T17:00:00Z", "2026-11-29T02:00:00Z", "2026-11-29T04:00:00Z"),
            (.utc, "Sun 02:00-04:00", "2026-11-29T02:00:00Z", "2026-11-29T02:00:00Z", "2026-11-29T04:00:00Z"),
            (.utc, "Sun 02:00-04:00", "2026-11-29T02:00:01Z", "2026-12-06T02:00:00Z", "2026-12-06T04:00:00Z"),
            (.utc, "Mon-Fri 22:00-06:00", "2026-11-27T22:00:01Z", "2026-11-30T22:00:00Z", "2026-12-01T06:00:00Z"),
            (.utc, "Fri-Mon 00:15-24:00", "2026-11-24T00:00:00Z", "2026-11-27T00:15:00Z", "2026-11-28T00:00:00Z"),
            (.kolkata, "daily 01:00-03:00", "2026-11-23T17:00:00Z", "2026-11-23T19:30:00Z", "2026-11-23T21:30:00Z"),
            // Berlin, spring: 02:00 to 03:00 is not shown. Its beginning; its end; all of it; none of it.
            (.berlin, "Sun 02:00-04:00", "2026-03-28T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"),
            (.berlin, "Sun 01:00-02:30", "2026-03-28T00:00:00Z", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"),
            (.berlin, "Sun 02:15-02:45", "2026-03-28T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"),
            (.berlin, "Sun 02:00-03:00", "2026-03-28T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"),
            (.berlin, "Sun 03:00-04:00", "2026-03-28T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"),
            (.berlin, "Sat 22:00-06:00", "2026-03-28T00:00:00Z", "2026-03-28T21:00:00Z", "2026-03-29T04:00:00Z"),
            // New York, autumn: 01:00 to 02:00 is shown twice.
            (.newYork, "Sun 01:00-02:00", "2024-11-02T12:00:00Z", "2024-11-03T05:00:00Z", "2024-11-03T07:00:00Z"),
            (.newYork, "Sun 01:30-01:45", "2024-11-02T12:00:00Z", "2024-11-03T05:30:00Z", "2024-11-03T06:45:00Z"),
            (.newYork, "Sun 00:00-01:00", "2024-11-02T12:00:00Z", "2024-11-03T04:00:00Z", "2024-11-03T05:00:00Z"),
            (.newYork, "Sun 02:00-03:00", "2024-11-02T12:00:00Z", "2024-11-03T07:00:00Z", "2024-11-03T08:00:00Z"),
            (.newYork, "Sat 22:00-06:00", "2024-11-02T12:00:00Z", "2024-11-03T02:00:00Z", "2024-11-03T11:00:00Z"),
            // Not a second time on the same day.
            (.newYork, "Sun 01:30-01:45", "2024-11-03T05:30:01Z", "2024-11-10T06:30:00Z", "2024-11-10T06:45:00Z"),
            // Lord Howe: half an hour.
            (.lordHowe, "Sun 02:00-02:30", "2024-10-05T00:00:00Z", "2024-10-05T15:30:00Z", "2024-10-05T16:00:00Z"),
            (.lordHowe, "Sun 02:10-02:45", "2024-10-05T00:00:00Z", "2024-10-05T15:30:00Z", "2024-10-05T15:45:00Z"),
            (.lordHowe, "Sun 01:30-02:00", "2024-04-06T00:00:00Z", "2024-04-06T14:30:00Z", "2024-04-06T15:30:00Z"),
            // Samoa had no Friday the 30th of December 2011.
            (.apia, "Fri 01:00-03:00", "2011-12-24T00:00:00Z", "2012-01-05T11:00:00Z", "2012-01-05T13:00:00Z"),
            (.apia, "daily 22:00-02:00", "2011-12-30T00:00:00Z", "2011-12-30T08:00:00Z", "2011-12-30T10:00:00Z"),
            (.apia, "daily 22:00-02:00", "2011-12-30T08:00:01Z", "2011-12-31T08:00:00Z", "2011-12-31T12:00:00Z"),
        ] as [(Zone, String, String, String, String)])
    func `a window opens and closes where the wall clock of its zone says, gaps and folds included`(
        zone: Zone, windows: String, after: String, start: String, end: String
    ) throws {
        let (rules, windows) = (try zone.rules, try Window.list(windows))
        let opening = try #require(windows.nextOpening(atOrAfter: utc(after), in: rules))
        #expect(try opening == utc(start)..<utc(end))
        #expect(windows.opening(at: opening.lowerBound, in: rules) == opening)
        #expect(!windows.contains(opening.upperBound, in: rules))
    }

    @Test func `of several windows the first counts, and of those the longest`() throws {
        let windows = try Window.list("Sun 02:00-04:00; Sat-Sun 02:00-05:00; Wed 00:00-01:00")
        let opening = try windows.nextOpening(atOrAfter: utc("2026-11-25T00:00:01Z"), in: .utc)
        #expect(try opening == utc("2026-11-28T02:00:00Z")..<utc("2026-11-28T05:00:00Z"))
        #expect(
            try windows.opening(at: utc("2026-11-29T03:00:00Z"), in: .utc)?.upperBound == utc("2026-11-29T05:00:00Z"))
        #expect(try [Window]().nextOpening(atOrAfter: utc("2026-11-25T00:00:01Z"), in: .utc) == nil)
        #expect(try ![Window]().contains(utc("2026-11-25T00:00:01Z"), in: .utc))
    }

    @Test func `at the end of time there is no next opening, and no crash`() throws {
        let windows = try Window.list("daily 01:00-03:00")
        for zone in Zone.allCases {
            #expect(try windows.nextOpening(atOrAfter: Timestamp(unixSeconds: .max), in: zone.rules) == nil)
            #expect(try windows.nextOpening(atOrAfter: Timestamp(unixSeconds: .min), in: zone.rules) != nil)
        }
    }

    @Test(arguments: Zone.allCases)
    func `an opening is never before what was asked, is held by its window, is never empty, and is one a day`(
        zone: Zone
    ) throws {
        let rules = try zone.rules
        var random = Dice(5)
        for _ in 0..<150 {
            let windows = [try random.window()]
            var instant = try random.instant()
            var previous: Range<Timestamp>?
            for _ in 0..<6 {
                let opening = try #require(windows.nextOpening(atOrAfter: instant, in: rules))
                #expect(opening.lowerBound >= instant && !opening.isEmpty)
                #expect(opening.upperBound - opening.lowerBound <= 25 * 3_600)
                #expect(windows.opening(at: opening.lowerBound, in: rules)?.contains(opening.lowerBound) == true)
                #expect(windows.contains(opening.upperBound + -1, in: rules))
                #expect(windows.nextOpening(atOrAfter: opening.lowerBound, in: rules) == opening)
                if let previous {
                    let days = (previous.lowerBound, opening.lowerBound)
                    #expect(
                        rules.localTime(at: days.0).day < rules.localTime(at: days.1).day,
                        "\(windows) \(previous) \(opening)")
                }
                previous = opening
                instant = opening.lowerBound + 1
            }
        }
    }

    @Test(arguments: [
        (Zone.berlin, ["2026-03-29", "2026-10-25"]), (.newYork, ["2024-03-10", "2024-11-03"]),
        (.lordHowe, ["2024-04-07", "2024-10-06"]), (.apia, ["2011-12-29", "2011-12-31"]),
        (.kolkata, ["2026-11-23"]),
    ]) func `where clocks change, an opening runs from the first minute to the last whose wall time is in the window`(
        zone: Zone, dates: [String]
    ) throws {
        let rules = try zone.rules
        var random = Dice(6)
        for date in dates {
            let day = try local("\(date)T00:00:00").day
            let start = Timestamp(unixSeconds: (day - 1) * 86_400)
            let minutes = (0..<(4 * 1_440)).map { start + $0 * 60 }
            let shown = minutes.map { rules.localTime(at: $0).seconds - day * 86_400 }
            for _ in 0..<60 {
                let begin = Int.random(in: 0..<1_440, using: &random)
                let length = Int.random(in: 1..<1_440, using: &random)
                let held = shown.indices.filter { shown[$0] >= begin * 60 && shown[$0] < (begin + length) * 60 }
                guard let first = held.first, let last = held.last else { continue }
                let text = "daily \(clock(begin))-\(clock((begin + length) % 1_440))"
                let openings = try [Window(text)].openings(onDay: day, in: rules)
                #expect(openings == [minutes[first]..<(minutes[last] + 60)], "\(text) on \(date)")
            }
        }
    }

    @Test(arguments: [
        // Daily, over the night in which Berlin sets its clocks back: the same local times on each day.
        (
            Zone.berlin, "daily 23:00-01:00", "2026-10-24T00:00:00Z", "2026-10-26T12:00:00Z",
            ["2026-10-24T21:00:00Z/2026-10-24T23:00:00Z", "2026-10-25T22:00:00Z/2026-10-26T00:00:00Z"]
        ),
        // What is open at the beginning and at the end belongs to the range.
        (
            .utc, "daily 02:00-04:00", "2026-11-23T03:00:00Z", "2026-11-24T02:00:01Z",
            ["2026-11-23T02:00:00Z/2026-11-23T04:00:00Z", "2026-11-24T02:00:00Z/2026-11-24T04:00:00Z"]
        ),
        (.utc, "daily 02:00-04:00", "2026-11-23T04:00:00Z", "2026-11-24T02:00:00Z", []),
        // Windows that touch or overlap are one.
        (
            .utc, "Mon 02:00-04:00; Mon 04:00-05:00; Mon 03:00-03:30", "2026-11-23T00:00:00Z", "2026-11-25T00:00:00Z",
            ["2026-11-23T02:00:00Z/2026-11-23T05:00:00Z"]
        ),
    ])
    func `the openings of some days are all that lie in them at least in part`(
        zone: Zone, text: String, from: String, to: String, openings: [String]
    ) throws {
        let range = try #require(Timestamp(from))..<(try #require(Timestamp(to)))
        let found = try Window.list(text).openings(within: range, in: try zone.rules)
        #expect(found.map { "\($0.lowerBound)/\($0.upperBound)" } == openings)
    }
}

extension [Window] {
    /// The openings whose beginning is shown on a day.
    fileprivate func openings(onDay day: Int, in rules: TimeZoneRules) -> [Range<Timestamp>] {
        var openings: [Range<Timestamp>] = []
        var instant = Timestamp(unixSeconds: (day - 2) * 86_400)
        while let opening = nextOpening(atOrAfter: instant, in: rules),
            rules.localTime(at: opening.lowerBound).day <= day
        {
            if rules.localTime(at: opening.lowerBound).day == day { openings.append(opening) }
            instant = opening.lowerBound + 1
        }
        return openings
    }
}

private func clock(_ minutes: Int) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(two(minutes / 60)):\(two(minutes % 60))"
}

extension Dice {
    mutating func window() throws -> Window {
        let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        let first = Int.random(in: 0..<7, using: &self)
        let days =
            ["daily", names[first], "\(names[first])-\(names[(first + 2) % 7])"].randomElement(using: &self) ?? ""
        let begin = Int.random(in: 0..<96, using: &self)
        let end = (begin + Int.random(in: 1..<96, using: &self)) % 96
        return try Window("\(days) \(clock(begin * 15))-\(clock(end * 15))")
    }
}
