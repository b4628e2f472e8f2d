import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Audit

/// What counts as being on disk.
@Suite struct LogSyncTests {
    private static func position(_ line: Int) -> LogPosition {
        LogPosition(head: AuditHead(sequence: line, code: LineCode()), commit: line)
    }

    /// How the wait for a line ended.
    private static func wait(for line: Int, _ disk: LogSync) async -> AuditError? {
        await withCheckedContinuation { continuation in disk.wait(for: line) { continuation.resume(returning: $0) } }
    }

    /// A pipe takes whatever is written, and cannot be synced.
    @Test func `a failed sync is reported to every waiting caller and to the log`()
        async throws
    {
        let log = try LogUnderTest()
        try FileManager.default.createDirectory(atPath: log.directory.path, withIntermediateDirectories: false)
        try #require(unsafe mkfifo(log.path(1), 0o600) == 0)
        let reader = unsafe open(log.path(1), O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        let file = try SegmentFile.open(1, in: log.directory)
        let disk = LogSync(durable: Self.position(3), wait: 5)
        disk.wrote(Self.position(4), to: file)
        #expect(disk.durable == Self.position(3) && disk.lag.lines == 1)
        #expect(await Self.wait(for: 4, disk) != nil)
        #expect(disk.durable == Self.position(3) && disk.lag.lines == 1)
        #expect(disk.failure?.contains("may be lost") == true)
        #expect(await Self.wait(for: 3, disk) == nil, "what was there before")
    }

    @Test func `a line is on disk when a caller waited for it, and not when it is written`() async throws {
        let log = try LogUnderTest()
        try log.directory.ensure()
        let file = try SegmentFile.create(1, in: log.directory)
        let disk = LogSync(durable: .init(head: .start, commit: 0), wait: 5)
        disk.wrote(Self.position(1), to: file)
        #expect(disk.durable.commit == 0)
        #expect(await Self.wait(for: 1, disk) == nil)
        #expect(disk.durable == Self.position(1) && disk.lag.lines == 0 && disk.failure == nil)
    }
}
