/// A second of Unix time, written as RFC 3339 in UTC: `2026-11-23T17:00:00Z`. Years 0 to 9999.
package struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let unixSeconds: Int

    /// The first second of the year 0, and the last of the year 9999.
    private static let range: ClosedRange<Int> = -62_167_219_200...253_402_300_799

    /// What lies outside the years that can be written is moved to the nearest second that can.
    package init(unixSeconds: Int) {
        self.unixSeconds = min(max(unixSeconds, Self.range.lowerBound), Self.range.upperBound)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.unixSeconds < right.unixSeconds }
    /// So many seconds later.
    package static func + (time: Timestamp, seconds: Int) -> Timestamp {
        Timestamp(unixSeconds: time.unixSeconds + seconds)
    }
    /// Seconds from `right` to `left`.
    package static func - (left: Timestamp, right: Timestamp) -> Int { left.unixSeconds - right.unixSeconds }

    package var description: String {
        let day = GregorianCalendar.day(ofSecond: unixSeconds)
        let second = unixSeconds - day * 86_400
        let year = GregorianCalendar.year(ofDay: day)
        let dayOfYear = day - GregorianCalendar.start(ofYear: year)
        var month = 12
        while GregorianCalendar.days(before: month, of: year) > dayOfYear { month -= 1 }
        let date = [(year, 4), (month, 2), (dayOfYear - GregorianCalendar.days(before: month, of: year) + 1, 2)]
        let time = [(second / 3_600, 2), (second / 60 % 60, 2), (second % 60, 2)]
        func joined(_ parts: [(number: Int, width: Int)], by separator: String) -> String {
            parts.map { part in
                let digits = String(part.number)
                return String(repeating: "0", count: part.width - digits.count) + digits
            }.joined(separator: separator)
        }
        return "\(joined(date, by: "-"))T\(joined(time, by: ":"))Z"
    }

    /// Reads the one form that ``description`` writes; `nil` for every other, and for a day that does not exist.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 20 else { return nil }
        func number(_ range: Range<Int>) -> Int {
            bytes[range].reduce(0) { $0 * 10 + Int($1 & 0x0F) }
        }
        let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
        let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
        guard (1...12).contains(month), hour < 24, minute < 60, second < 60 else { return nil }
        let days = GregorianCalendar.day(year, month, day)
        self.init(unixSeconds: ((days * 24 + hour) * 60 + minute) * 60 + second)
        // Written again it must be the same text: whatever was no digit, no separator or no day of that month is not.
        guard description == text else { return nil }
    }
}
