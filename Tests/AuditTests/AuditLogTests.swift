import Audit
import Domain
import Foundation
import TestSupport
import Testing

@Suite struct AuditLogTests {
    @Test func `a line is JSON that says its number, its time and what happened`() async throws {
        let log = try LogUnderTest()
        let end = try await log.open().fill(2)
        #expect(end.sequence == 3)
        let lines = try log.lines()
        #expect(lines.count == 3)
        let last = try #require(
            try JSONSerialization.jsonObject(with: Data(lines[2].utf8)) as? [String: Any])
        #expect(last["seq"] as? Int == 3)
        #expect(last["time"] as? String == "2027-01-15T08:00:01Z")
        #expect(last["action"] as? String == "credentials.fetch")
        #expect(last["outcome"] as? String == "allowed")
        #expect(last["client"] as? String == "pf \"x\"\n")
        #expect(last["uid"] as? Int == 1)
        #expect((last["mac"] as? String)?.count == 32)
        #expect(try log.verify(anchor: end).findings.isEmpty)
    }

    @Test func `lines as long as a caller can make them are read like others`() throws {
        let log = try LogUnderTest()
        let opened = try log.open()
        let long = String(repeating: "\u{1}", count: 4_000)
        for _ in 0..<5 {
            try opened.append(
                [AuditEvent(.init("credentials.get"), .denied, [("reason", .text(long))]), .sample(1)],
                at: log.time.now.wall)
        }
        let again = try log.open()
        #expect(log.notes.all.isEmpty)
        #expect(try again.sequence == 11)
    }

    @Test func `a log continues where it ended, and knows the vault's newest commit`() async throws {
        let log = try LogUnderTest()
        var anchor = AuditHead.start
        for round in 1...3 {
            let opened = try log.open(anchor: anchor)
            #expect(try opened.commit == (round - 1) * 10)
            try opened.append([.sample(1), .sample(2)], at: log.time.now.wall, commit: round * 10)
            anchor = try await opened.fill(5)
        }
        let report = try log.verify(anchor: anchor)
        #expect(report.findings.isEmpty)
        #expect([report.segments, report.lines, report.first, report.last].elementsEqual([1, 22, 1, 22]))
        #expect(log.notes.all.isEmpty)
    }

    @Test func `a file that has grown enough is followed by the next, within the chain`() async throws {
        let log = try LogUnderTest()
        log.limits.segmentBytes = 2000
        let opened = try log.open()
        try opened.append([.sample(0)], at: log.time.now.wall, commit: 7)
        var anchor = try await opened.fill(100)
        let count = try log.directory.segments().count
        #expect(count > 5)
        #expect(try log.verify(anchor: anchor).findings.isEmpty)
        let again = try log.open(anchor: anchor)
        #expect(try again.commit == 7, "the newest file alone says it")
        anchor = try await again.fill(1)
        #expect(try log.verify(anchor: anchor).findings.isEmpty)

        let moved = log.path(1)
        try FileManager.default.moveItem(atPath: moved, toPath: moved + ".old")
        #expect(try log.verify(anchor: anchor).findings.count == 1)
        #expect(try log.verify(anchor: anchor, from: 2).findings.isEmpty)
        try FileManager.default.removeItem(atPath: log.path(3))
        #expect(try log.verify(anchor: anchor, from: 2).findings.count == 2, "a missing file, and its lines")
    }

    @Test func `events of many threads are whole lines, each number once`() async throws {
        let log = try LogUnderTest()
        log.limits.segmentBytes = 20_000
        let opened = try log.open()
        let numbers = await withTaskGroup(of: [Int].self) { group in
            for thread in 0..<8 {
                group.addTask {
                    (0..<50).compactMap { round in
                        try? opened.append(
                            [.sample(thread), .sample(round)], at: Timestamp(unixSeconds: 1_800_000_000))
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(numbers).count == 400)
        await opened.close()
        let report = try log.verify(anchor: opened.durableHead)
        #expect(report.findings.isEmpty)
        #expect(report.lines == 800 + report.segments)
    }

    @Test func `a recorded event is on disk when its caller continues`() async throws {
        let log = try LogUnderTest()
        let (opened, now) = (try log.open(), log.time.now.wall)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let line = try! opened.append([.sample(number)], at: now)
                    try! await opened.synced(line)
                    #expect(opened.durableHead.sequence >= line)
                }
            }
        }
        #expect(opened.durableHead.sequence == 201)
        await opened.close()
        #expect(throws: AuditError.self) { try opened.append([.sample(1)], at: log.time.now.wall) }
    }

    @Test func `a file that is removed, replaced or cut under the log is noticed, and the log continues in a new one`()
        async throws
    {
        let log = try LogUnderTest()
        let opened = try log.open()
        let meddling: [(Int) throws -> Void] = [
            { try FileManager.default.removeItem(atPath: log.path($0)) },
            {
                try FileManager.default.removeItem(atPath: log.path($0))
                try Data("x\n".utf8).write(to: URL(filePath: log.path($0)))
            },
            { try log.replace($0, with: []) },
        ]
        for (index, meddle) in meddling.enumerated() {
            try opened.append([.sample(index)], at: log.time.now.wall)
            try meddle(index + 1)
            try await eventually("a note") { log.notes.count > index }
            #expect(log.notes.count == index + 1)
            #expect(opened.trouble != nil)
            try opened.append([.sample(9)], at: log.time.now.wall)
            let first = try #require(try log.lines(index + 2).first)
            #expect(first.contains("\"reason\":") && first.contains("log.begin"))
        }
        await opened.close()
        #expect(try !log.verify(anchor: opened.durableHead).findings.isEmpty)
    }

    @Test func `a log that cannot be written accepts nothing, and its accepted lines are whole`() async throws {
        let log = try LogUnderTest()
        log.limits.segmentBytes = 500
        let opened = try log.open()
        // The next file is in the way of itself.
        try Data().write(to: URL(filePath: log.path(2)))
        var failures = 0
        for number in 0..<10 {
            do throws(AuditError) { try opened.append([.sample(number)], at: log.time.now.wall) } catch {
                failures += 1
            }
        }
        #expect(failures > 5)
        try FileManager.default.removeItem(atPath: log.path(2))
        let end = try await opened.fill(3)
        #expect(try log.verify(anchor: end).findings.isEmpty)
    }
}
