package import FoundationEssentials

/// Times as Zoom writes them: UTC in whole seconds, `yyyy-MM-dd'T'HH:mm:ss'Z'` and nothing else. [doc]
package enum ZoomTime {
    package static let day: Double = 86_400

    package static func text(_ date: Date) -> String { date.formatted(.iso8601) }

    /// Strict: refuses a text that would be written differently (`2026-02-30`, `+00:00`, `t` for `T`).
    package static func parse(_ text: String) -> Date? {
        guard let date = try? Date(text, strategy: .iso8601), self.text(date) == text else { return nil }
        return date
    }

    /// The same moment as HTTP's `Date` and `Retry-After` write it: `Tue, 03 Feb 2026 04:05:06 GMT`.
    package static func httpText(_ date: Date) -> String {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let parts = text(date).split { "-T:Z".contains($0) }
        let days = Int((date.timeIntervalSince1970 / day).rounded(.down))
        let weekday = weekdays[((days % 7) + 7) % 7]
        let month = Int(parts[1]).map { months[$0 - 1] } ?? ""
        return "\(weekday), \(parts[2]) \(month) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) GMT"
    }
}
