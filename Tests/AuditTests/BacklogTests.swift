import Audit
import Domain
import TestSupport
import Testing

/// What waits to be written.
@Suite struct BacklogTests {
    private static let now = Timestamp(unixSeconds: 1_800_000_000)

    private func entry(_ number: Int, commit: Int? = nil) -> AuditEntry {
        AuditEntry(.sample(number), at: Self.now + number, commit: commit)
    }

    @Test func `events without room are counted, and later ones too`() {
        var backlog = AuditBacklog(room: 300)
        for number in 1...10 { backlog.add(entry(number, commit: number)) }
        let kept = backlog.entries.count
        #expect((1...5).contains(kept))
        #expect(backlog.entries.map(\.commit) == Array(1...kept))
        #expect(backlog.loss == .init(events: 10 - kept, time: Self.now + 10, commit: 10))
        backlog.drop(through: kept)
        #expect(backlog.entries.isEmpty && backlog.loss?.events == 10 - kept)
        backlog.add(entry(11, commit: 11))
        #expect(backlog.entries.isEmpty && backlog.loss?.events == 11 - kept, "or it would come before what is lost")
        backlog.drop(through: 11)
        #expect(backlog.isEmpty)
        backlog.add(entry(12, commit: 12))
        #expect(backlog.entries.count == 1)
    }

    @Test func `events that the log has are dropped, and events without a commit are not`() {
        var backlog = AuditBacklog(
            room: 10_000, [entry(1, commit: 1), entry(2), entry(3, commit: 2), entry(4, commit: 3)])
        backlog.drop(through: 2)
        #expect(backlog.entries == [entry(2), entry(4, commit: 3)])
    }

    @Test func `the backlog is written in its order, with its times and commits, and then the number of lost events`()
        async throws
    {
        let log = try LogUnderTest()
        let opened = try log.open()
        let loss = AuditBacklog.Loss(events: 7, time: Self.now + 9, commit: 6)
        var backlog = AuditBacklog(room: 10_000, [entry(1, commit: 4), entry(2), entry(3, commit: 5)], loss)
        try backlog.write(to: opened)
        #expect(backlog.isEmpty)
        #expect(try opened.commit == 6)
        await opened.close()
        #expect(opened.durable.commit == 6)
        let lines = try log.lines().dropFirst()
        #expect(lines.count == 4)
        for (line, (time, end)) in zip(
            lines, [("01", "\"commit\":4"), ("02", "\"uid\":2"), ("03", "\"commit\":5"), ("09", "\"commit\":6")])
        {
            #expect(line.contains(":00:\(time)Z\"") && line.contains(end + ",\"mac\""), "\(line)")
        }
        #expect(lines.last?.contains("\"action\":\"log.lost\",\"outcome\":\"failed\",\"events\":7") == true)
        #expect(try log.verify(anchor: opened.durableHead).findings.isEmpty)
    }

    @Test func `events that could not be written are still there, and nothing is written twice`() async throws {
        let log = try LogUnderTest()
        log.limits.segmentBytes = 500
        let opened = try log.open()
        var backlog = AuditBacklog(room: 10_000, (1...9).map { entry($0, commit: $0) })
        // The next file is in the way of itself.
        try log.block(2)
        #expect(throws: AuditError.self) { try backlog.write(to: opened) }
        let left = backlog.entries.count
        #expect((1...8).contains(left) && backlog.entries.first?.commit == 10 - left)
        try log.unblock(2)
        try backlog.write(to: opened)
        await opened.close()
        var lines: [String] = []
        for number in try log.directory.segments() {
            lines += try log.lines(number).filter { $0.contains("credentials.fetch") }
        }
        #expect(lines.count == 9)
        for (number, line) in zip(1...9, lines) { #expect(line.contains("\"commit\":\(number),")) }
    }
}
