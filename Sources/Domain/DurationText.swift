/// A length of time as people write it: `30d`, `12h`, `45m`, `90s`, `0s`, or a sum such as `1d12h`.
///
/// The units stand from the greatest to the smallest, each at most once, without spaces, signs, fractions or leading
/// zeros. A day is 86,400 seconds, whatever the clocks of a time zone do.
package struct DurationText: Hashable, Sendable, CustomStringConvertible {
    /// 3,650 days.
    package static let longest = 3_650 * 86_400

    /// From 0 to ``longest``.
    package let seconds: Int

    private static let units: [(letter: Character, seconds: Int)] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)]
    private static let hint = "write it like 30d, 12h, 45m, 90s or 1d12h"

    /// `nil` when outside 0 to ``longest``.
    package init?(seconds: Int) {
        guard (0...Self.longest).contains(seconds) else { return nil }
        self.seconds = seconds
    }

    /// - Throws: ``ScheduleError`` `.duration`.
    package init(_ text: String) throws(ScheduleError) {
        let quoted = ScheduleError.quoted(text.utf8)
        func wrong(_ reason: String) -> ScheduleError { ScheduleError(.duration, reason, hint: Self.hint) }
        var total = 0
        var units = Self.units[...]
        var rest = text.utf8[...]
        guard !rest.isEmpty else { throw wrong("the duration is empty") }
        while !rest.isEmpty {
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            rest = rest.dropFirst(digits.count)
            guard let first = digits.first else { throw wrong("\(quoted) is no duration: a number is missing") }
            guard first != UInt8(ascii: "0") || digits.count == 1 else {
                throw wrong("\(quoted) is no duration: a number begins with 0")
            }
            guard let letter = rest.popFirst() else { throw wrong("\(quoted) has no unit") }
            guard let place = units.firstIndex(where: { $0.letter.asciiValue == letter }) else {
                throw wrong("\(quoted) is no duration: the units are d, h, m and s, in this order, each once")
            }
            // Nine digits hold the longest in seconds, and nine digits of days do not overflow.
            guard digits.count <= 9, let number = Int(String(decoding: digits, as: UTF8.self)) else {
                throw wrong("\(quoted) is longer than 3650d")
            }
            total += number * units[place].seconds
            units = units[(place + 1)...]
        }
        guard total <= Self.longest else { throw wrong("\(quoted) is longer than 3650d") }
        self.seconds = total
    }

    /// The one canonical form: the fewest seconds, no part of zero but for `0s`.
    package var description: String {
        var rest = seconds
        var text = ""
        for unit in Self.units where rest >= unit.seconds {
            text += "\(rest / unit.seconds)\(unit.letter)"
            rest %= unit.seconds
        }
        return text.isEmpty ? "0s" : text
    }
}
