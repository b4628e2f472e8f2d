package import Domain

extension Window {
    package static let mostWindows = 32
    private static let hint =
        "write it like 'Sun 02:00-04:00', 'Mon-Fri 22:00-06:00' or 'daily 01:00-03:00', joined by ';'"

    /// Reads several windows, separated by `;` or `,` and any number of spaces. An empty text has no windows.
    ///
    /// The days are `Mon` to `Sun`. Times are `HH:MM`; the end of a day is `24:00`.
    /// - Throws: ``ScheduleError`` `.window`, also for more than ``mostWindows``.
    package static func list(_ text: String) throws(ScheduleError) -> [Window] {
        guard !text.isEmpty else { return [] }
        guard text.utf8.count <= 2_000 else { throw wrong("the windows are longer than 2,000 bytes") }
        let parts = text.utf8.split(omittingEmptySubsequences: false) {
            $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: ",")
        }
        guard parts.count <= mostWindows else { throw wrong("there are more than \(mostWindows) windows") }
        var windows: [Window] = []
        for part in parts {
            let space = UInt8(ascii: " ")
            windows.append(
                try Window(bytes: Array(part.drop { $0 == space }.reversed().drop { $0 == space }.reversed())))
        }
        return windows
    }

    /// The canonical form of several windows, which ``list(_:)`` reads.
    package static func text(_ windows: [Window]) -> String { windows.map(\.description).joined(separator: "; ") }

    /// Reads one window.
    package init(_ text: String) throws(ScheduleError) { try self.init(bytes: Array(text.utf8)) }

    private init(bytes: [UInt8]) throws(ScheduleError) {
        let quoted = ScheduleError.quoted(bytes)
        let parts = bytes.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw Self.wrong("\(quoted) is not a window: it needs days, one space, and times")
        }
        guard let days = Self.days(parts[0]) else {
            throw Self.wrong("\(quoted) is not a window: the days must be daily, one of Mon to Sun, or a range of them")
        }
        let times = parts[1].split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard times.count == 2, let begin = Self.minutes(times[0]), let end = Self.minutes(times[1]), begin < 1_440
        else {
            throw Self.wrong(
                "\(quoted) is not a window: the times must be 00:00 to 23:59, or 24:00 for the end of a day")
        }
        guard begin != end else {
            throw Self.wrong("\(quoted) begins when it ends; for a whole day write 00:00-24:00")
        }
        self.init(firstDay: days.first, days: days.count, begin: begin, end: end > begin ? end : end + 1_440)
    }

    private static func wrong(_ reason: String) -> ScheduleError { ScheduleError(.window, reason, hint: hint) }

    private static func days(_ text: ArraySlice<UInt8>) -> (first: Int, count: Int)? {
        guard !text.elementsEqual("daily".utf8) else { return (0, 7) }
        let names = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let days = names.compactMap { name in dayNames.firstIndex { $0.utf8.elementsEqual(name) } }
        guard days.count == names.count, let first = days.first, let last = days.last else { return nil }
        switch days.count {
        case 1: return (first, 1)
        case 2 where first != last:
            let count = (last - first + 7) % 7 + 1
            return count == 7 ? (0, 7) : (first, count)
        default: return nil
        }
    }

    private static func minutes(_ text: ArraySlice<UInt8>) -> Int? {
        let bytes = Array(text)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
        let digits = [bytes[0], bytes[1], bytes[3], bytes[4]]
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        let numbers = digits.map { Int($0 - UInt8(ascii: "0")) }
        let (hour, minute) = (numbers[0] * 10 + numbers[1], numbers[2] * 10 + numbers[3])
        guard minute < 60, hour < 24 || (hour == 24 && minute == 0) else { return nil }
        return hour * 60 + minute
    }
}
