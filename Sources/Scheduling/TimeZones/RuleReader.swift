/// Reads the parts of a rule in order.
struct RuleReader {
    var rest: ArraySlice<UInt8>

    var isAtEnd: Bool { rest.isEmpty }

    func isNext(_ character: Unicode.Scalar) -> Bool { rest.first == UInt8(ascii: character) }

    mutating func consume(_ character: Unicode.Scalar) -> Bool {
        guard isNext(character) else { return false }
        rest.removeFirst()
        return true
    }

    /// Three letters or more, or `<…>` that may also contain digits and signs. The name itself is not used.
    mutating func name() -> Bool {
        let isQuoted = consume("<")
        let name = rest.prefix { byte in
            switch Unicode.Scalar(byte) {
            case "a"..."z", "A"..."Z": true
            case "0"..."9", "+", "-": isQuoted
            default: false
            }
        }
        rest = rest.dropFirst(name.count)
        return name.count >= 3 && (!isQuoted || consume(">"))
    }

    /// One to three digits.
    mutating func number(_ range: ClosedRange<Int>) -> Int? {
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard (1...3).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        let number = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return range.contains(number) ? number : nil
    }

    /// `[+-]h[h[h]][:mm[:ss]]`, in seconds.
    mutating func time(hours: Int) -> Int? {
        let isNegative = consume("-")
        if !isNegative { _ = consume("+") }
        guard var seconds = number(0...hours).map({ $0 * 3_600 }) else { return nil }
        for unit in [60, 1] where consume(":") {
            guard let part = number(0...59) else { return nil }
            seconds += part * unit
        }
        return isNegative ? -seconds : seconds
    }

    mutating func change() -> PosixRule.Change? {
        guard let day = day() else { return nil }
        guard consume("/") else { return PosixRule.Change(day: day, second: 2 * 3_600) }
        return time(hours: 167).map { PosixRule.Change(day: day, second: $0) }
    }

    private mutating func day() -> PosixRule.Day? {
        if consume("J") { return number(1...365).map { .julian($0) } }
        guard consume("M") else { return number(0...365).map { .ordinal($0) } }
        guard let month = number(1...12), consume("."), let week = number(1...5), consume("."),
            let weekday = number(0...6)
        else { return nil }
        return .nth(month: month, week: week, weekday: weekday)
    }
}
