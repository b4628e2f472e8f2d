import Domain

/// A day and a second of it as a wall clock shows them, without a zone.
package struct LocalTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Since 1970-01-01T00:00:00 on the same clock.
    package let seconds: Int

    package init(seconds: Int) { self.seconds = seconds }

    /// - Parameter minute: of the day; 1,440 and more continue into the following days.
    init(day: Int, minute: Int) { seconds = day * 86_400 + minute * 60 }

    /// Days since 1970-01-01.
    package var day: Int { GregorianCalendar.day(ofSecond: seconds) }

    package static func < (left: LocalTime, right: LocalTime) -> Bool { left.seconds < right.seconds }

    /// `2026-11-23T17:00:00`, without a zone.
    package var description: String { String(Timestamp(unixSeconds: seconds).description.dropLast()) }
}
