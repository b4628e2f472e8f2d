package import Domain

/// The field `Date` of an answer (RFC 9110, 6.6.1), formatted once for each second.
package struct DateField: Sendable {
    /// Includes its line end.
    private(set) var line: [UInt8] = []
    private var second: Int?

    package init() {}

    /// - Parameter second: in Unix time.
    package mutating func turn(to second: Int) {
        guard second != self.second else { return }
        self.second = second
        line = Array("Date: \(Self.text(Timestamp(unixSeconds: second)))\r\n".utf8)
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    package static func text(_ time: Timestamp) -> String {
        let (days, rest) = time.unixSeconds.quotientAndRemainder(dividingBy: 86_400)
        let day = (days - (rest < 0 ? 1 : 0)) % 7
        let written = Array(time.description.utf8)  // 1994-11-06T08:49:37Z
        func part(_ range: Range<Int>) -> String { String(decoding: written[range], as: UTF8.self) }
        let month = Int(part(5..<7)).map { months[$0 - 1] } ?? ""
        return "\(weekdays[(day + 7) % 7]), \(part(8..<10)) \(month) \(part(0..<4)) \(part(11..<19)) GMT"
    }

    /// Beginning with the first day of Unix time.
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
