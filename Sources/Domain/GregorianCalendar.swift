/// The Gregorian calendar, in whole days since 1970-01-01.
package enum GregorianCalendar {
    package static func day(ofSecond second: Int) -> Int { floored(second, 86_400) }

    /// 0 for Monday to 6 for Sunday.
    package static func weekday(ofDay day: Int) -> Int { day + 3 - floored(day + 3, 7) * 7 }

    /// The first day of a year.
    package static func start(ofYear year: Int) -> Int {
        let past = year - 1
        return past * 365 + floored(past, 4) - floored(past, 100) + floored(past, 400) - 719_162
    }

    /// - Parameters:
    ///   - month: 1 to 12; 13 is January of the next year.
    ///   - day: of the month; one that the month does not have continues into the next.
    package static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
        start(ofYear: year) + days(before: month, of: year) + day - 1
    }

    package static func year(ofDay day: Int) -> Int {
        // 400 years have 146,097 days; the estimate is off by at most one year.
        var year = floored((day + 719_162) * 400, 146_097) + 1
        while start(ofYear: year) > day { year -= 1 }
        while start(ofYear: year + 1) <= day { year += 1 }
        return year
    }

    package static func isLeap(_ year: Int) -> Bool { start(ofYear: year + 1) - start(ofYear: year) == 366 }

    /// The number of days in the year before a month, 1 to 13.
    package static func days(before month: Int, of year: Int) -> Int {
        let common = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365][month - 1]
        return common + (month > 2 && isLeap(year) ? 1 : 0)
    }

    private static func floored(_ number: Int, _ divisor: Int) -> Int {
        let (quotient, rest) = number.quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }
}
