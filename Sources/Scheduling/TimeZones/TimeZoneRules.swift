package import Domain

/// An offset in seconds east of UTC, and the second of Unix time from which it applies.
struct OffsetChange: Equatable, Sendable {
    let at: Int
    let offset: Int
}

/// One time zone: its offsets from UTC at all times.
///
/// The C library's zones cannot be used: it has one zone per process, taken from TZ, and neither `setenv` nor `tzset`
/// is safe while other threads run.
package struct TimeZoneRules: Equatable, Sendable {
    package let identifier: String

    /// In chronological order.
    let table: [OffsetChange]
    /// The offset before the table.
    let initial: Int
    /// The rule after the table's last entry; without one, that entry's offset applies for ever.
    let rule: PosixRule?

    /// No offset comes near two days, so an instant lies within two days of its local time read as UTC.
    private static let reach = 2 * 86_400

    package static let utc = TimeZoneRules(identifier: "UTC", table: [], initial: 0, rule: nil)

    /// Seconds east of UTC.
    package func offset(at instant: Timestamp) -> Int { offset(at: instant.unixSeconds) }

    package func localTime(at instant: Timestamp) -> LocalTime {
        LocalTime(seconds: instant.unixSeconds + offset(at: instant))
    }

    /// When the wall clock shows `local`: never, in a gap; once; or twice, in a fold.
    package func instants(of local: LocalTime) -> LocalInstants {
        let from = local.seconds - Self.reach
        let changes = changes(after: from, through: local.seconds + Self.reach)
        var segment = OffsetChange(at: from, offset: offset(at: from))
        var shown: [Int] = []
        for next in changes + [OffsetChange(at: .max, offset: 0)] {
            let instant = local.seconds - segment.offset
            if instant >= segment.at, instant < next.at { shown.append(instant) }
            segment = next
        }
        guard let first = shown.first, let last = shown.last else {
            let resumes = changes.first { local.seconds - $0.offset < $0.at }
            return .none(resumes: Timestamp(unixSeconds: resumes?.at ?? local.seconds))
        }
        return first == last
            ? .one(Timestamp(unixSeconds: first))
            : .two(first: Timestamp(unixSeconds: first), last: Timestamp(unixSeconds: last))
    }

    private func offset(at second: Int) -> Int {
        let count = countOfTable(through: second)
        if count == table.count, let rule { return rule.offset(at: second) }
        return count == 0 ? initial : table[count - 1].offset
    }

    private func changes(after start: Int, through end: Int) -> [OffsetChange] {
        let listed = table[countOfTable(through: start)..<countOfTable(through: end)]
        guard listed.endIndex == table.count, let rule else { return Array(listed) }
        // A change may lie a week outside its year.
        let first = GregorianCalendar.year(ofDay: GregorianCalendar.day(ofSecond: start)) - 1
        let years = first...(GregorianCalendar.year(ofDay: GregorianCalendar.day(ofSecond: end)) + 1)
        let beginning = max(start, table.last?.at ?? .min)
        return listed + rule.changes(years: years).filter { $0.at > beginning && $0.at <= end }
    }

    /// The number of entries at or before a second; a binary search.
    private func countOfTable(through second: Int) -> Int {
        var (low, high) = (0, table.count)
        while low < high {
            let middle = (low + high) / 2
            if table[middle].at <= second { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
