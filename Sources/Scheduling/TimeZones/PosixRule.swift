import Domain

/// The rule at the end of a time zone file, for all times after its table: `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// The grammar is that of POSIX's TZ with the extension of RFC 9636: hours from -167 to 167.
struct PosixRule: Equatable, Sendable {
    /// A day of the year, in one of three forms.
    enum Day: Equatable, Sendable {
        /// `Jn`: 1 to 365, the 29th of February never counted.
        case julian(Int)
        /// `n`: 0 to 365, the 29th of February counted.
        case ordinal(Int)
        /// `Mm.w.d`: the weekday (0 for Sunday) of the month, the first to the fourth, 5 for the last.
        case nth(month: Int, week: Int, weekday: Int)

        /// Days since 1970-01-01.
        func day(of year: Int) -> Int {
            let start = GregorianCalendar.start(ofYear: year)
            switch self {
            case .julian(let day): return start + day - 1 + (day >= 60 && GregorianCalendar.isLeap(year) ? 1 : 0)
            case .ordinal(let day): return start + day
            case .nth(let month, let week, let weekday):
                let monthStart = GregorianCalendar.day(year, month, 1)
                let monthEnd = GregorianCalendar.day(year, month + 1, 1)
                let first = monthStart + (weekday + 6 - GregorianCalendar.weekday(ofDay: monthStart)) % 7
                let day = first + (week - 1) * 7
                return day < monthEnd ? day : day - 7
            }
        }
    }

    /// When an offset begins each year: a day, and seconds from its start, by the wall clock before the change.
    struct Change: Equatable, Sendable {
        let day: Day
        let second: Int
    }

    struct Saving: Equatable, Sendable {
        let offset: Int
        let begins: Change
        let ends: Change
    }

    /// Seconds east of UTC.
    let standard: Int
    let saving: Saving?

    /// Every change within some years, in chronological order.
    func changes(years: ClosedRange<Int>) -> [OffsetChange] {
        guard let saving else { return [] }
        func second(_ change: Change, _ year: Int) -> Int { change.day.day(of: year) * 86_400 + change.second }
        let changes = years.flatMap { year in
            [
                OffsetChange(at: second(saving.ends, year) - saving.offset, offset: standard),
                OffsetChange(at: second(saving.begins, year) - standard, offset: saving.offset),
            ]
        }
        // If daylight saving ends and begins in one instant, and so never ends, the beginning counts.
        func isLast(_ change: OffsetChange) -> Int { change.offset == standard ? 0 : 1 }
        return changes.sorted { ($0.at, isLast($0)) < ($1.at, isLast($1)) }
    }

    func offset(at second: Int) -> Int {
        let year = GregorianCalendar.year(ofDay: GregorianCalendar.day(ofSecond: second))
        // A change may lie a week outside its year, and so after the first one of the next year.
        return changes(years: (year - 2)...(year + 1)).last { $0.at <= second }?.offset ?? standard
    }
}

extension PosixRule {
    /// `nil` when the text is not a rule. A zone with daylight saving must say when it applies.
    init?(_ text: some Collection<UInt8>) {
        var reader = RuleReader(rest: Array(text)[...])
        guard reader.name(), let standard = reader.time(hours: 24) else { return nil }
        guard !reader.isAtEnd else {
            self.init(standard: -standard, saving: nil)
            return
        }
        guard reader.name() else { return nil }
        var ahead = -standard + 3_600
        if !reader.isNext(",") {
            guard let written = reader.time(hours: 24) else { return nil }
            ahead = -written
        }
        guard reader.consume(","), let begins = reader.change(), reader.consume(","), let ends = reader.change(),
            reader.isAtEnd
        else { return nil }
        self.init(standard: -standard, saving: Saving(offset: ahead, begins: begins, ends: ends))
    }
}
