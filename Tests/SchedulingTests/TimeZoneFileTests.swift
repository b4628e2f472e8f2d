import Domain
import Glibc
import Scheduling
import TestSupport
import Testing

@Suite struct TimeZoneFileTests {
    @Test(arguments: [
        "", "/", "/etc/passwd", "..", "../UTC", "Europe/../UTC", "Europe//Berlin", "Europe/", "Europe/Berlin\u{0}",
        "Europe/B\u{E9}rlin", "Europe Berlin", "Europe/Berlin\n", ".", "./UTC", "zone.tab", "\u{1B}[2J", "utc;",
        "~root",
        String(repeating: "a", count: 65),
    ]) func `a name that could climb out of the directory, or that no zone has, is refused before any file is opened`(
        name: String
    ) { #expect(refusal(name, in: "/usr/share/zoneinfo") == .zoneName) }

    @Test func `a missing zone is told from one that cannot be used`() throws {
        #expect(refusal("Europe/Berln") == .zoneUnknown)
        #expect(refusal("Europe") == .zoneFile)
        #expect(refusal("Europe/Berlin", in: "/nowhere") == .zoneUnknown)
        #expect(refusal("Etc/GMT+5") == nil)
    }

    @Test func `only a regular file within its limit is read, from the directory that is named`() throws {
        let directory = "/tmp/zones-\(UInt64.random(in: .min ... .max))"
        let made = unsafe mkdir(directory, 0o700)
        try #require(made == 0)
        defer {
            for name in ["Good", "Pipe", "Long", "Empty"] { unsafe unlink("\(directory)/\(name)") }
            unsafe rmdir(directory)
        }
        func write(_ name: String, _ bytes: [UInt8]) {
            let descriptor = unsafe open("\(directory)/\(name)", O_WRONLY | O_CREAT | O_EXCL, 0o600)
            let count = unsafe Glibc.write(descriptor, bytes, bytes.count)
            close(descriptor)
            #expect(count == bytes.count)
        }
        write("Good", zoneFile(rule: "IST-5:30"))
        write("Long", zoneFile(rule: "IST-5:30") + [UInt8](repeating: 0, count: 65_536))
        write("Empty", [])
        let isPipe = unsafe mkfifo("\(directory)/Pipe", 0o600) == 0
        #expect(isPipe)
        #expect(
            try TimeZoneRules(named: "Good", directory: directory).offset(at: utc("2026-01-01T00:00:00Z")) == 19_800)
        for (name, reason) in [("Long", "more than 65536 bytes"), ("Empty", "truncated"), ("Pipe", "not a file")] {
            let error = #expect(throws: ScheduleError.self) { try TimeZoneRules(named: name, directory: directory) }
            #expect(error?.code == .zoneFile && error?.detail.contains(reason) == true)
        }
    }

    @Test func `a file that is no zone of today is refused`() {
        let good = zoneFile([(0, 7_200), (100, 3_600)], rule: "CET-1")
        #expect(refusal(good) == nil)
        for count in good.indices { #expect(refusal(Array(good.prefix(count))) == .zoneFile, "cut at \(count)") }
        #expect(refusal(zoneFile(rule: "CET-1", version: 0)) == .zoneFile)
        let leaps = #expect(throws: ScheduleError.self) {
            try TimeZoneRules(identifier: "Test", file: zoneFile(rule: "CET-1", leaps: 1))
        }
        #expect(leaps?.detail.contains("leap seconds") == true)
        #expect(refusal(zoneFile([(100, 0), (0, 0)], rule: "CET-1")) == .zoneFile)
        #expect(refusal(zoneFile([(0, 93_601)], rule: "CET-1")) == .zoneFile)
        #expect(refusal(good + [0x0A]) == .zoneFile)
        // Two offsets at one instant.
        #expect(refusal(zoneFile([(0, 3_600), (100, 7_200)], rule: "CET-1")) == .zoneFile)
    }

    @Test(arguments: [
        "C-1", "CET", "CET-", "CET-25", "CET-1:60", "CET-1CEST", "CET-1CEST,", "CET-1CEST,M3.5.0",
        "CET-1CEST,M3.5.0,M10.5.0,", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
        "CET-1CEST,M3.0.0,M10.5.0",
        "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J365", "CET-1CEST,0,366", "CET-1CEST,M3.5.0/168,M10.5.0",
        "<+0", "<+01-1", "CET-1 ", " CET-1", "CET-1\n\nCET-1", "CET-0001",
    ]) func `a rule that is not wholly understood is refused`(rule: String) {
        #expect(refusal(zoneFile(rule: rule)) == .zoneFile)
    }

    @Test func `a file of any content never crashes the reader, nor does a zone read from it`() throws {
        var random = Dice(3)
        let good = zoneFile([(0, 7_200), (1_000_000, 3_600)], rule: Zone.berlin.rawValue)
        var read = 0
        for _ in 0..<5_000 {
            var bytes = good
            for _ in 0...Int.random(in: 0...3, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let rules = try? TimeZoneRules(identifier: "Test", file: bytes) else { continue }
            read += 1
            let instant = try random.instant("0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
            #expect(abs(rules.offset(at: instant)) <= 93_600)
            _ = rules.instants(of: rules.localTime(at: instant))
        }
        #expect(read > 100)
    }

    private func refusal(_ name: String, in directory: String = "/usr/share/zoneinfo") -> ScheduleError.Code? {
        code { () throws(ScheduleError) in _ = try TimeZoneRules(named: name, directory: directory) }
    }

    private func refusal(_ file: [UInt8]) -> ScheduleError.Code? {
        code { () throws(ScheduleError) in _ = try TimeZoneRules(identifier: "Test", file: file) }
    }
}
