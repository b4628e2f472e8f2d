import Domain

/// The three forms in which Zoom may say when to try again: seconds, an HTTP date, an ISO 8601 date-time. [doc]
enum RetryAfter {
    /// The upper bound in seconds, however long Zoom asks for.
    static let limit = 3_600

    /// How long to wait, from zero to an hour; `nil` when the text has none of the forms. `now` is in seconds since
    /// 1970, UTC.
    static func delay(_ text: String?, now: Int) -> Duration? {
        guard let text = text?.drop(while: { $0 == " " }), !text.isEmpty, text.utf8.count <= 64 else { return nil }
        if text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
            return .seconds(min(Int(text) ?? limit, limit))
        }
        guard let time = httpDate(text) ?? isoDate(text) else { return nil }
        return .seconds(min(max(time - now, 0), limit))
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7). The obsolete forms are not accepted.
    fileprivate static func httpDate(_ text: Substring) -> Int? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[0].hasSuffix(","), parts[5] == "GMT", let month = months[parts[2]] else {
            return nil
        }
        return time(date: [number(parts[3], 4), month, number(parts[1], 2)], clock: parts[4])
    }

    /// `1994-11-06T08:49:37Z`, with or without a fraction, or with an offset such as `+01:00`. Without a zone it is
    /// UTC. [assumed]
    private static func isoDate(_ text: Substring) -> Int? {
        guard let separator = text.firstIndex(where: { $0 == "T" || $0 == "t" || $0 == " " }) else { return nil }
        let day = text[..<separator].split(separator: "-", omittingEmptySubsequences: false)
        guard day.count == 3 else { return nil }
        let rest = text[text.index(after: separator)...]
        let clock = rest.prefix(8)
        let zone = rest.dropFirst(8).drop { $0 == "." || $0.isNumber }
        guard let offset = offset(zone) else { return nil }
        return time(date: [number(day[0], 4), number(day[1], 2), number(day[2], 2)], clock: clock).map { $0 - offset }
    }

    /// Seconds east of UTC.
    private static func offset(_ zone: Substring) -> Int? {
        if zone.isEmpty || zone == "Z" || zone == "z" { return 0 }
        let parts = zone.dropFirst().split(separator: ":")
        guard let sign = ["+": 1, "-": -1][zone.prefix(1)], parts.count == 2,
            let hours = number(parts[0], 2), let minutes = number(parts[1], 2), hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 3_600 + minutes * 60)
    }

    private static func time(date: [Int?], clock: Substring) -> Int? {
        let day = date.compactMap { $0 }
        let parts = clock.split(separator: ":", omittingEmptySubsequences: false).compactMap { number($0, 2) }
        guard day.count == 3, (1970...9999).contains(day[0]), (1...12).contains(day[1]), (1...31).contains(day[2]),
            parts.count == 3, parts[0] < 24, parts[1] < 60, parts[2] <= 60
        else { return nil }
        return GregorianCalendar.day(day[0], day[1], day[2]) * 86_400 + parts[0] * 3_600 + parts[1] * 60 + parts[2]
    }

    private static func number(_ digits: Substring, _ count: Int) -> Int? {
        digits.utf8.count == count && digits.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } ? Int(digits) : nil
    }

    private static let months: [Substring: Int] = [
        "Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "Jun": 6,
        "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11, "Dec": 12,
    ]
}

/// The field `Date` of an answer.
package enum HTTPDate {
    /// Seconds since 1970, UTC; `nil` when the text is not a date.
    package static func seconds(_ text: String?) -> Int? {
        guard let text, text.utf8.count <= 64 else { return nil }
        return RetryAfter.httpDate(text[...])
    }
}
