package import Domain
import Glibc

/// The clock on the wall of the person at the terminal: the zone of `TZ`, or else the system's.
package enum LocalClock {
    /// A day and a time of it, as this clock shows them.
    package struct Reading: Equatable, Sendable {
        package let year, month, day, hour, minute: Int
        /// 0 for Monday to 6 for Sunday.
        package let weekday: Int
        /// `CET`, or `+0330` where a zone has no letters.
        package let zone: String
    }

    package static func reading(_ time: Timestamp) -> Reading {
        var second = time_t(time.unixSeconds)
        var parts = unsafe tm()
        unsafe localtime_r(&second, &parts)
        let zone = unsafe parts.tm_zone.map { unsafe String(cString: $0) } ?? "UTC"
        return unsafe Reading(
            year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday),
            hour: Int(parts.tm_hour), minute: Int(parts.tm_min), weekday: (Int(parts.tm_wday) + 6) % 7, zone: zone)
    }

    /// `Thu 2026-12-03 02:00 CET`
    package static func text(_ time: Timestamp) -> String {
        let reading = reading(time)
        return "\(weekdays[reading.weekday]) \(reading.date) \(reading.clock) \(reading.zone)"
    }

    package static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
}

extension LocalClock.Reading {
    /// `2026-12-03`
    package var date: String { "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }
    /// `02:00`
    package var clock: String { "\(padded(hour, 2)):\(padded(minute, 2))" }

    private func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }
}

/// Times for people: relative to now, and by the local clock.
package struct TimeWords: Sendable {
    package let now: Timestamp
    private let clock: @Sendable (Timestamp) -> String

    package init(now: Timestamp, clock: @escaping @Sendable (Timestamp) -> String = LocalClock.text) {
        self.now = now
        self.clock = clock
    }

    /// `in 3 d`, `12 min ago`
    package func relative(_ time: Timestamp) -> String {
        time > now ? "in \(spoken(seconds: time - now))" : "\(spoken(seconds: now - time)) ago"
    }

    /// `Thu 2026-12-03 02:00 CET`
    package func local(_ time: Timestamp) -> String { clock(time) }
}

/// Seconds as people say them: `42 s`, `51 min`, `7 h`, `12 d`.
package func spoken(seconds: Int) -> String {
    switch seconds {
    case ..<120: "\(max(seconds, 0)) s"
    case ..<7200: "\(seconds / 60) min"
    case ..<172_800: "\(seconds / 3600) h"
    default: "\(seconds / 86_400) d"
    }
}
