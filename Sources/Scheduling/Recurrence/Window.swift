package import Domain

/// A part of the week in which work may start: `Sun 02:00-04:00`, `Mon-Fri 22:00-06:00`, `daily 01:00-03:00`.
///
/// Times are local times of a zone. A window opens once for each of its days. If its end is not later in the day than
/// its beginning, it closes on the day after. If the clock is set forward over its beginning, it opens at the first
/// instant after the gap; if the gap covers the whole window, it opens then for its full length; on a day that does not
/// exist it does not open. If the clock is set back within it, it stays open throughout: from the first time that the
/// clock shows its beginning until the last time that its final second has passed.
package struct Window: Hashable, Sendable, CustomStringConvertible {
    static let dayNames = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

    /// 0 for Monday to 6 for Sunday.
    let firstDay: Int
    /// The number of days in a row, 1 to 7; seven begin on Monday.
    let days: Int
    /// Minutes from the start of the day, below 1,440.
    let begin: Int
    /// Minutes from the start of the same day, at most 1,440 after `begin`.
    let end: Int

    /// The canonical form, which parses to the same window.
    package var description: String {
        let last = Self.dayNames[(firstDay + days - 1) % 7]
        let named = days == 7 ? "daily" : days == 1 ? last : "\(Self.dayNames[firstDay])-\(last)"
        return "\(named) \(Self.clock(begin))-\(Self.clock(end > 1_440 ? end - 1_440 : end))"
    }

    private static func clock(_ minutes: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(minutes / 60)):\(two(minutes % 60))"
    }

    /// The opening for one day, counted from 1970-01-01: from its first instant up to, but not including, its last.
    func opening(onDay day: Int, in zone: TimeZoneRules) -> Range<Timestamp>? {
        guard (GregorianCalendar.weekday(ofDay: day) - firstDay + 7) % 7 < days else { return nil }
        let start: Timestamp
        var close: Timestamp
        switch zone.instants(of: LocalTime(day: day, minute: begin)) {
        case .one(let instant), .two(let instant, _): start = instant
        case .none(let resumes):
            guard zone.localTime(at: resumes + -1).day == day || zone.localTime(at: resumes).day == day else {
                return nil
            }
            start = resumes
        }
        switch zone.instants(of: LocalTime(seconds: LocalTime(day: day, minute: end).seconds - 1)) {
        case .one(let instant), .two(_, let instant): close = instant + 1
        case .none(let resumes): close = resumes
        }
        if close <= start { close = start + (end - begin) * 60 }
        // Outside the years that can be written, both are the last second.
        return start < close ? start..<close : nil
    }
}

/// Several windows: their union. An empty list is never open; where it should mean any time, do not ask it.
extension [Window] {
    /// The opening that contains an instant; if there are several, the one that closes last.
    package func opening(at instant: Timestamp, in zone: TimeZoneRules) -> Range<Timestamp>? {
        let day = zone.localTime(at: instant).day
        return openings(onDays: (day - 2)...(day + 1), in: zone).filter { $0.contains(instant) }
            .max { $0.upperBound < $1.upperBound }
    }

    /// The first opening that begins at an instant or later; if there are several, the longest. An opening that already
    /// lasts does not count (see ``opening(at:in:)``). `nil` without windows, and at the end of time.
    package func nextOpening(atOrAfter instant: Timestamp, in zone: TimeZoneRules) -> Range<Timestamp>? {
        let today = zone.localTime(at: instant).day
        // A weekly window that has passed today, and whose next day does not exist, opens within 14 days.
        for start in stride(from: today - 2, through: today + 16, by: 3) {
            let found = openings(onDays: start...(start + 2), in: zone).filter { $0.lowerBound >= instant }
            if let first = found.min(by: { ($0.lowerBound, $1.upperBound) < ($1.lowerBound, $0.upperBound) }) {
                return first
            }
        }
        return nil
    }

    /// The last openings that begin at an instant or before it: all that begin in the latest span of three days that
    /// has any, but none of a day before `first`.
    func openings(before instant: Timestamp, backTo first: Timestamp, in zone: TimeZoneRules) -> [Range<Timestamp>] {
        let (today, begin) = (zone.localTime(at: instant).day, zone.localTime(at: first).day - 2)
        for end in stride(from: today + 1, through: Swift.max(today - 16, begin), by: -3) {
            let found = openings(onDays: (end - 2)...end, in: zone).filter { $0.lowerBound <= instant }
            if !found.isEmpty { return found }
        }
        return []
    }

    /// The openings that lie in a range at least in part, in order. Where one ends no earlier than the next begins, both are
    /// one.
    package func openings(within range: Range<Timestamp>, in zone: TimeZoneRules) -> [Range<Timestamp>] {
        let (first, last) = (zone.localTime(at: range.lowerBound).day, zone.localTime(at: range.upperBound).day)
        var merged: [Range<Timestamp>] = []
        for opening in openings(onDays: (first - 2)...last, in: zone).filter({ $0.overlaps(range) })
            .sorted(by: { $0.lowerBound < $1.lowerBound })
        {
            if let before = merged.last, opening.lowerBound <= before.upperBound {
                merged[merged.count - 1] = before.lowerBound..<Swift.max(before.upperBound, opening.upperBound)
            } else {
                merged.append(opening)
            }
        }
        return merged
    }

    /// The most seconds from one opening to the next, for a clock that is never set; 0 when they never close.
    package var longestPause: Int {
        var (at, close, longest) = (Timestamp(unixSeconds: 0), Timestamp(unixSeconds: 0), 0)
        // Two weeks after the first opening contain every pause.
        while at.unixSeconds < 21 * 86_400, let next = nextOpening(atOrAfter: at + 1, in: .utc) {
            if close.unixSeconds > 0, next.lowerBound > close { longest = Swift.max(longest, next.lowerBound - at) }
            (at, close) = (next.lowerBound, Swift.max(close, next.upperBound))
        }
        return longest
    }

    private func openings(onDays days: ClosedRange<Int>, in zone: TimeZoneRules) -> [Range<Timestamp>] {
        days.flatMap { day in compactMap { $0.opening(onDay: day, in: zone) } }
    }
}
