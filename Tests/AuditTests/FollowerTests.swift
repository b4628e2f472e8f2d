import Domain
import TestSupport
import Testing

@testable import Audit

/// Reading a log as it grows.
@Suite struct FollowerTests {
    private static func numbers(_ follower: inout LogFollower?, most: Int = 100) throws -> [Int] {
        try follower?.next(most: most).map(\.sequence) ?? []
    }

    @Test func `every line is read once and in order, over all files, while they are written`() async throws {
        let log = try LogUnderTest()
        var follower = try LogFollower.open(log.directory, after: nil)
        let isThere = follower != nil
        #expect(!isThere, "there is no log yet")
        log.limits.segmentBytes = 600
        let writer = try log.open()
        follower = try LogFollower.open(log.directory, after: nil)
        var read: [Int] = []
        for number in 0..<40 {
            try writer.append([.sample(number)], at: Timestamp(unixSeconds: 1_800_000_000 + number))
            if number % 7 == 0 { read += try Self.numbers(&follower, most: 3) }
        }
        await writer.close()
        while case let more = try Self.numbers(&follower, most: 3), !more.isEmpty { read += more }
        #expect(try log.directory.segments().count > 3)
        let newest = try #require(try AuditQuery(limit: 1).run(in: log.directory).last)
        #expect(read == Array(1...newest.sequence))
    }

    @Test func `it goes on after the line that was read last, and begins a file anew when that is not there`()
        async throws
    {
        let log = try LogUnderTest()
        log.limits.segmentBytes = 600
        _ = try await log.open().fill(20)
        var whole = try LogFollower.open(log.directory, after: nil)
        let all = try Self.numbers(&whole)
        let last = whole?.place
        let end = try #require(last)
        for stop in [1, 5, all.count - 1] {
            var follower = try LogFollower.open(log.directory, after: nil)
            let some = try Self.numbers(&follower, most: stop)
            #expect(some == Array(all.prefix(stop)))
            let place = follower?.place
            follower = try LogFollower.open(log.directory, after: place)
            let (rest, isElsewhere) = (try Self.numbers(&follower), follower?.isElsewhere)
            #expect(rest == Array(all.dropFirst(stop)) && isElsewhere == false)
        }
        var follower = try LogFollower.open(log.directory, after: end)
        let (rest, isElsewhere) = (try Self.numbers(&follower), follower?.isElsewhere)
        #expect(rest.isEmpty && isElsewhere == false)
        // Another log, a line that was changed, a log that was cut: nothing new is left out.
        for lost in [AuditHead(sequence: 5, code: end.code), AuditHead(sequence: all.count + 9, code: end.code)] {
            follower = try LogFollower.open(log.directory, after: lost)
            let rest = try Self.numbers(&follower)
            #expect(
                follower?.isElsewhere == true && rest.last == all.last && rest.contains(min(lost.sequence, all.count)))
        }
    }

    @Test func `half a line that was removed leaves nothing in what comes after it`() async throws {
        let log = try LogUnderTest()
        _ = try await log.open().fill(3)
        let bytes = try log.contents()
        try log.replace(with: bytes + Array(#"{"seq":99,"time":"2027-01-15T"#.utf8))
        var follower = try LogFollower.open(log.directory, after: nil)
        let before = try Self.numbers(&follower)
        let writer = try log.open()
        try writer.append([.sample(7), .sample(8)], at: Timestamp(unixSeconds: 1_800_000_100))
        await writer.close()
        let all = before + (try Self.numbers(&follower))
        let newest = try #require(try AuditQuery(limit: 1).run(in: log.directory).last)
        #expect(all == Array(1...newest.sequence) && newest.sequence >= before.count + 3)
    }

    @Test func `half a line is read once it is whole`() async throws {
        let log = try LogUnderTest()
        _ = try await log.open().fill(3)
        let bytes = try log.contents()
        try log.replace(with: Array(bytes.dropLast(10)))
        var follower = try LogFollower.open(log.directory, after: nil)
        let before = try Self.numbers(&follower)
        try log.replace(with: bytes)
        let all = before + (try Self.numbers(&follower))
        #expect(all == Array(1...(before.count + 1)))
    }
}

/// The forms in which lines reach another log.
@Suite struct AuditMessageTests {
    private static func message(_ outcome: String, _ more: String = "") -> AuditMessage? {
        AuditMessage(.init(sequence: 7, text: line(outcome, more)))
    }
    private static func line(_ outcome: String, _ more: String = "") -> String {
        #"{"seq":7,"time":"2026-11-23T17:00:00Z","action":"app.set","outcome":"\#(outcome)"\#(more),"mac":"00"}"#
    }

    @Test(arguments: [("allowed", 110), ("done", 109), ("denied", 108), ("failed", 107), ("of tomorrow", 107)])
    func `syslog: the length, the header of RFC 5424, and the line`(outcome: String, priority: Int) throws {
        let message = try #require(Self.message(outcome))
        let text = "<\(priority)>1 2026-11-23T17:00:00Z host.example keyturn-audit 42 app.set - " + Self.line(outcome)
        let bytes = message.syslog(host: "host.example", process: 42)
        #expect(String(decoding: bytes, as: UTF8.self) == "\(text.utf8.count) \(text)")
    }

    @Test(arguments: ["", "ho st", "höst", "a\nb"]) func `a host's name that syslog cannot have is left out`(
        name: String
    ) {
        let bytes = Self.message("done")?.syslog(host: name, process: 1) ?? []
        #expect(String(decoding: bytes, as: UTF8.self).contains("Z - keyturn-audit 1 app.set - {"))
    }

    @Test func `the journal: a field each, and no line feed in any`() throws {
        let message = try #require(Self.message("denied", #","unit":"a\nPRIORITY=0""#))
        let fields = String(decoding: message.journal, as: UTF8.self).split(separator: "\n")
        #expect(
            fields == [
                "MESSAGE=" + Self.line("denied", #","unit":"a\nPRIORITY=0""#)[...], "PRIORITY=4", "SYSLOG_FACILITY=13",
                "SYSLOG_IDENTIFIER=keyturn-audit", "KEYTURN_SEQ=7", "KEYTURN_TIME=2026-11-23T17:00:00Z",
                "KEYTURN_ACTION=app.set", "KEYTURN_OUTCOME=denied",
            ])
    }

    @Test(arguments: ["", "nonsense", "{}", #"{"time":"a b","action":"x","outcome":"done"}"#])
    func `what no log wrote is no message`(text: String) {
        #expect(AuditMessage(.init(sequence: 1, text: text)) == nil)
    }
}
