import Domain
import SocketAPI
import Testing

@testable import Terminal

/// The calendar as a grid, and as a file for calendar programs.
@Suite struct CalendarTextTests {
    /// Monday, 2026-10-12 at noon.
    private static let now = Timestamp(unixSeconds: 1_791_806_400)
    private static let day = 86_400
    private static let long = String(repeating: "long-name.", count: 6) + "xy"

    /// Two hours ahead of UTC until 2026-10-25T01:00:00Z, and one hour from then on.
    private static func berlin(_ time: Timestamp) -> LocalClock.Reading {
        let isSummer = time < now + 12 * day + 13 * 3600
        let shown = (time + (isSummer ? 7200 : 3600)).description
        func number(_ start: Int, _ count: Int) -> Int { Int(shown.dropFirst(start).prefix(count)) ?? -1 }
        let days = (time + (isSummer ? 7200 : 3600)).unixSeconds / day
        return LocalClock.Reading(
            year: number(0, 4), month: number(5, 2), day: number(8, 2), hour: number(11, 2), minute: number(14, 2),
            weekday: (days + 3) % 7, zone: isSummer ? "CEST" : "CET")
    }

    private static func event(
        _ app: String, _ seconds: Int, _ kind: CalendarDocument.Event.Kind = .rotation, _ detail: String = "d",
        isExpected: Bool = false
    ) throws -> CalendarDocument.Event {
        let name: Name = try #require(Name(app))
        return .init(
            uid: "\(kind.rawValue)-\(app)", kind: kind, app: name, at: now + seconds, detail: detail,
            isExpected: isExpected)
    }

    private static func calendar(_ events: [CalendarDocument.Event], leftOut: Int = 0) throws -> CalendarDocument {
        let openings = [6, 13, 20].map { days in
            // 02:00 to 04:00 in Berlin: in the night in which the clock is set back, three hours.
            CalendarDocument.Windows.Opening(
                from: now + days * day + (days < 14 ? -12 : -11) * 3600,
                to: now + days * day + (days < 13 ? -10 : -9) * 3600)
        }
        return CalendarDocument(
            now: now, until: now + 21 * day, events: events, leftOut: leftOut,
            windows: [.init(window: "Sun 02:00-04:00", timeZone: "Europe/Berlin", apps: 2, openings: openings)],
            paused: [try #require(Name("zoom-old"))])
    }

    @Test func `days are those of the local clock, also when it is set back`() throws {
        let events = [
            try Self.event("zoom-a", 5 * Self.day + 10 * 3600 + 1800, .rotation, "generation 4 is replaced"),
            try Self.event("zoom-b", 12 * Self.day + 12 * 3600 + 60, .secretEnds, "generation 3 is revoked"),
            try Self.event("zoom-a", 20 * Self.day, .rotation, "generation 5 is replaced", isExpected: true),
        ]
        let text = CalendarText(try Self.calendar(events), isBrief: true, reading: Self.berlin)
            .text(Paint(.never), width: 80)
        #expect(
            text == """
                2026-10-12 to 2026-11-02, times in CEST, then CET

                Mon        Tue        Wed        Thu        Fri        Sat        Sun
                12 Oct     13         14         15         16         17         18
                                                                                  1 rotate
                                                                                  window

                19         20         21         22         23         24         25
                                                                                  1 ends
                                                                                  window

                26         27         28         29         30         31         1 Nov
                                                                                  1 rotate
                                                                                  window

                2

                Sun 2026-10-18
                  00:30  zoom-a rotation: generation 4 is replaced
                Sun 2026-10-25
                  02:01  zoom-b a secret ends: generation 3 is revoked
                Sun 2026-11-01
                  13:00  zoom-a rotation, expected: generation 5 is replaced

                windows
                  Sun 02:00-04:00 Europe/Berlin: 2 apps, next Sun 2026-10-18 02:00 CEST

                paused, and not rotated by schedule
                  zoom-old

                """)
    }

    @Test func `no line is wider than the terminal, however many events and however long the names`() throws {
        let events = try (0..<5000).map {
            try Self.event(
                Self.long, $0 * 300, CalendarDocument.Event.Kind.allCases[$0 % 4], String(repeating: "word ", count: 30)
            )
        }
        let calendar = try Self.calendar(events, leftOut: 7)
        let brief = CalendarText(calendar, isBrief: true, reading: Self.berlin).text(Paint(.never), width: 80)
        for line in brief.split(separator: "\n") { #expect(line.count <= 80, "\(line.count): \(line)") }
        #expect(brief.split(separator: "\n").count < 300 && brief.contains("and 4967 more: keyturn calendar --json"))
        let whole = CalendarText(calendar, isBrief: false, reading: Self.berlin).text(Paint(.never), width: nil)
        #expect(whole.split(separator: "\n").count > 5000 && whole.contains("and 7 more"))
        let painted = CalendarText(calendar, isBrief: true, reading: Self.berlin).text(Paint(.always), width: 80)
        #expect(painted.replacing(#/\u{1B}\[\d+m/#, with: "") == brief)
    }

    // MARK: For calendar programs

    @Test func `a file has one component for each event, with all that RFC 5545 requires`() throws {
        let event = try Self.event("zoom-a", 3600, .rotation, "a, b; c\\d\ne")
        let lines = ICalendar.text(try Self.calendar([event])).split(
            separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.first == "BEGIN:VCALENDAR" && lines.suffix(2) == ["END:VCALENDAR", ""])
        #expect(lines.count { $0 == "BEGIN:VEVENT" } == 4 && lines.count { $0 == "END:VEVENT" } == 4)
        #expect(lines.count { $0 == "DTSTAMP:20261012T120000Z" } == 4)
        #expect(lines.contains("UID:rotation-zoom-a@keyturn") && lines.contains("DTSTART:20261012T130000Z"))
        #expect(lines.contains(#"DESCRIPTION:a\, b\; c\\d\ne"#))
        #expect(lines.contains("UID:window-Sun-02-00-04-00-Europe-Berlin-20261018T000000Z@keyturn"))
        #expect(lines.contains("DTEND:20261018T020000Z"))
    }

    @Test(arguments: ["short", String(repeating: "a", count: 300), String(repeating: "ä€😀", count: 40)])
    func `lines are folded at 75 bytes, and no character is split`(text: String) {
        let folded = ICalendar.folded("DESCRIPTION:" + text)
        let lines = folded.split(separator: "\r\n", omittingEmptySubsequences: false)
        for line in lines { #expect((1...75).contains(line.utf8.count), "\(line)") }
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix(" ") })
        #expect(folded.replacing("\r\n ", with: "") == "DESCRIPTION:" + text)
    }
}
