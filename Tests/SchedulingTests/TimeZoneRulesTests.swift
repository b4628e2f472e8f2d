import Domain
import Scheduling
import TestSupport
import Testing

/// The days of the two changes of each year from 2024 to 2040, in UTC, as Python's zoneinfo has them.
private struct Changes: Sendable, CustomTestStringConvertible {
    let zone: Zone
    let name: String
    /// The offset in winter of the north, between the changes, and again.
    let outer: Int, inner: Int
    let times: (first: String, second: String)
    let days: String

    var testDescription: String { name }

    static let all = [
        Changes(
            zone: .berlin, name: "Europe/Berlin", outer: 3_600, inner: 7_200, times: ("01:00", "01:00"),
            days: """
                0331/1027 0330/1026 0329/1025 0328/1031 0326/1029 0325/1028 0331/1027 0330/1026 0328/1031 0327/1030 \
                0326/1029 0325/1028 0330/1026 0329/1025 0328/1031 0327/1030 0325/1028
                """),
        Changes(
            zone: .newYork, name: "America/New_York", outer: -18_000, inner: -14_400, times: ("07:00", "06:00"),
            days: """
                0310/1103 0309/1102 0308/1101 0314/1107 0312/1105 0311/1104 0310/1103 0309/1102 0314/1107 0313/1106 \
                0312/1105 0311/1104 0309/1102 0308/1101 0314/1107 0313/1106 0311/1104
                """),
        Changes(
            zone: .lordHowe, name: "Australia/Lord_Howe", outer: 39_600, inner: 37_800, times: ("15:00", "15:30"),
            days: """
                0406/1005 0405/1004 0404/1003 0403/1002 0401/0930 0331/1006 0406/1005 0405/1004 0403/1002 0402/1001 \
                0401/0930 0331/1006 0405/1004 0404/1003 0403/1002 0402/1001 0331/1006
                """),
        Changes(zone: .kolkata, name: "Asia/Kolkata", outer: 19_800, inner: 19_800, times: ("", ""), days: ""),
        Changes(zone: .apia, name: "Pacific/Apia", outer: 46_800, inner: 46_800, times: ("", ""), days: ""),
        Changes(zone: .utc, name: "UTC", outer: 0, inner: 0, times: ("", ""), days: ""),
    ]

    func instants() throws -> [(Timestamp, before: Int, after: Int)] {
        try days.split(separator: " ").enumerated().flatMap { number, pair in
            func instant(_ day: Substring, _ time: String) throws -> Timestamp {
                try utc("\(2024 + number)-\(day.prefix(2))-\(day.suffix(2))T\(time):00Z")
            }
            return [
                (try instant(pair.prefix(4), times.first), outer, inner),
                (try instant(pair.suffix(4), times.second), inner, outer),
            ]
        }
    }

    func agree(with rules: TimeZoneRules, until end: Timestamp) throws {
        let changes = try instants().filter { $0.0 < end }
        for (instant, before, after) in changes {
            #expect(rules.offset(at: instant + -1) == before && rules.offset(at: instant) == after, "\(instant)")
            try agree(with: rules, at: instant, before: before, after: after)
        }
        var instant = try utc("2024-01-01T00:00:00Z")
        while instant < end {
            let offset = changes.last { $0.0 <= instant }?.after ?? outer
            #expect(rules.offset(at: instant) == offset, "\(instant)")
            instant = instant + 50_000
        }
    }

    /// What the wall clock skips is never shown, what it repeats is shown twice, and the seconds beside it once.
    private func agree(with rules: TimeZoneRules, at instant: Timestamp, before: Int, after: Int) throws {
        let (low, high) = (min(before, after) + instant.unixSeconds, max(before, after) + instant.unixSeconds)
        for second in [low, low + 1, low + 1_000, high - 1] {
            let expected: LocalInstants =
                before < after
                ? .none(resumes: instant)
                : .two(first: Timestamp(unixSeconds: second - before), last: Timestamp(unixSeconds: second - after))
            #expect(rules.instants(of: LocalTime(seconds: second)) == expected)
        }
        #expect(rules.instants(of: LocalTime(seconds: low - 1)) == .one(Timestamp(unixSeconds: low - 1 - before)))
        #expect(rules.instants(of: LocalTime(seconds: high)) == .one(Timestamp(unixSeconds: high - after)))
    }
}

@Suite struct TimeZoneRulesTests {
    @Test(arguments: Changes.all)
    private func `the rules of 2024 to 2040 give the offsets, gaps and folds that python gives`(_ changes: Changes)
        throws
    {
        try changes.agree(with: changes.zone.rules, until: utc("2040-12-31T00:00:00Z"))
    }

    // What lies ahead the law may change, and the file with it.
    @Test(arguments: Changes.all) private func `the system's files give the same for past years`(_ changes: Changes)
        throws
    {
        try changes.agree(with: TimeZoneRules(named: changes.name), until: utc("2025-12-31T00:00:00Z"))
    }

    @Test func `the day that Samoa left out was never shown, in the file as in the table`() throws {
        let resumes = try utc("2011-12-30T10:00:00Z")
        for rules in try [TimeZoneRules(named: "Pacific/Apia"), Zone.apia.rules] {
            #expect(try rules.instants(of: local("2011-12-29T23:59:59")) == .one(resumes + -1))
            for time in ["00:00:00", "12:00:00", "23:59:59"] {
                #expect(try rules.instants(of: local("2011-12-30T\(time)")) == .none(resumes: resumes))
            }
            #expect(try rules.instants(of: local("2011-12-31T00:00:00")) == .one(resumes))
            #expect(try rules.offset(at: utc("2010-01-01T00:00:00Z")) == -39_600)
        }
    }

    @Test(arguments: Zone.allCases) func `the wall time of an instant leads back to that instant`(zone: Zone) throws {
        let rules = try zone.rules
        var random = Dice(2)
        for _ in 0..<2_000 {
            let instant = try random.instant("1900-01-01T00:00:00Z", "2199-12-31T00:00:00Z")
            switch rules.instants(of: rules.localTime(at: instant)) {
            case .none: Issue.record("\(instant) is never shown")
            case .one(let only): #expect(only == instant)
            case .two(let first, let last): #expect(first < last && (first == instant || last == instant))
            }
        }
    }

    @Test(arguments: [
        // Days by number: the 60th is the 29th of February only where it is counted.
        ("XXX0YYY,J60/0,J61/0", "2024-02-29T23:59:59Z", 0), ("XXX0YYY,J60/0,J61/0", "2024-03-01T00:00:00Z", 3_600),
        ("XXX0YYY,59/0,60/0", "2024-02-29T00:00:00Z", 3_600), ("XXX0YYY,59/0,60/0", "2024-02-28T23:59:59Z", 0),
        // Ireland's saving is negative; Nuuk changes on the day before; Gaza's hours exceed a day.
        ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-01T00:00:00Z", 0),
        ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-07-01T00:00:00Z", 3_600),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2024-03-31T00:59:59Z", -7_200),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2024-03-31T01:00:00Z", -3_600),
        ("EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-27T23:59:59Z", 7_200),
        ("EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-28T00:00:00Z", 10_800),
        // Saving all year.
        ("XXX3EDT4,0/0,J365/23", "2026-01-01T03:30:00Z", -14_400),
        ("XXX3EDT4,0/0,J365/23", "2026-12-31T23:30:00Z", -14_400),
        ("<+0545>-5:45", "2026-01-01T00:00:00Z", 20_700), ("LMT-0:19:32", "2026-01-01T00:00:00Z", 1_172),
    ]) func `every form of rule is understood`(rule: String, at: String, offset: Int) throws {
        let rules = try TimeZoneRules(identifier: "Test", file: zoneFile(rule: rule))
        #expect(try rules.offset(at: utc(at)) == offset)
    }

    @Test func `without a rule the last offset stays`() throws {
        let rules = try TimeZoneRules(identifier: "Test", file: zoneFile([(0, 3_600), (100, 7_200)], rule: ""))
        #expect(
            [-1, 0, 99, 100, 9_999_999_999].map { rules.offset(at: Timestamp(unixSeconds: $0)) } == [
                0, 3_600, 3_600, 7_200, 7_200,
            ])
    }

    @Test func `UTC needs no file`() throws {
        #expect(try TimeZoneRules(named: "UTC", directory: "/nowhere") == .utc)
        #expect(try TimeZoneRules.utc.offset(at: utc("2026-11-23T17:00:00Z")) == 0)
        #expect(try TimeZoneRules.utc.localTime(at: utc("2026-11-23T17:00:00Z")) == local("2026-11-23T17:00:00"))
    }
}
