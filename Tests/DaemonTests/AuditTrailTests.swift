import Audit
import Domain
import Foundation
import Logging
import TestSupport
import Testing
import Vault

@testable import Daemon

/// The audit log as the daemon has it: what must be in it first, what comes behind, and what happens when it cannot be written.
@Suite struct AuditTrailTests {
    private let place: TemporaryDirectory
    private let time = ManualTime()
    private let vault: Vault
    private let log: LogDirectory
    private let event = AuditEvent(.init("client.add"), .done)

    init() async throws {
        place = try TemporaryDirectory()
        log = LogDirectory(path: place.path + "/audit")
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        vault = try await Vault.open(store, with: .keyFile(), log: log, time: time)
    }

    private func trail() -> AuditTrail {
        AuditTrail(log, of: vault, time: time, logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
    }

    private func lines() throws -> [String] {
        try log.segments().flatMap { number in
            try String(contentsOfFile: log.path(of: number), encoding: .utf8).split(separator: "\n").map(String.init)
        }
    }

    @Test func `the line of a change is on disk when it is settled, and the vault knows the end at a clean stop`()
        async throws
    {
        let trail = trail()
        trail.open()
        try await vault.add(.sample("one"), recording: event)
        try await trail.settled()
        let written = try lines()
        #expect(written.count == 2 && written.last?.contains("\"commit\":1,") == true)
        #expect(trail.durable == LogPosition(head: try #require(trail.durable).head, commit: 1))
        #expect(trail.durable?.head.sequence == 2 && vault.auditHead.sequence < 2)
        await trail.close(with: AuditEvent(.init("vault.lock"), .done))
        #expect(try lines().count == 3 && vault.auditHead.sequence == 3)
    }

    @Test func `a log that is not open yet is no log that serves`() async throws {
        let trail = trail()
        #expect(trail.unavailability == "it is being opened")
        trail.open()
        #expect(trail.unavailability == nil)
        await trail.close(with: AuditEvent(.init("vault.lock"), .done))
    }

    @Test func `what others record meanwhile does not keep a change from being settled`() async throws {
        let (trail, event) = (trail(), event)
        trail.open()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<200 {
                        trail.enqueue(event)
                        try await trail.settled()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try lines().count { $0.contains("client.add") } == 800)
    }

    @Test func `while nothing can be written nothing is recorded or settled, and the log recovers automatically`()
        async throws
    {
        let trail = trail()
        trail.open()
        try trail.append([event])
        let away = place.path + "/away"
        try FileManager.default.moveItem(atPath: log.path, toPath: away)
        try Data().write(to: URL(filePath: log.path))
        try await eventually("nothing can be appended") { (try? trail.append([event])) == nil }
        #expect(trail.unavailability != nil)
        trail.enqueue(AuditEvent(.init("client.remove"), .done))
        await #expect(throws: AuditError.self) { try await trail.settled() }
        await #expect(throws: AuditError.self) { try await trail.record(event) }
        try FileManager.default.removeItem(atPath: log.path)
        try FileManager.default.moveItem(atPath: away, toPath: log.path)
        try await eventually("it goes on") { trail.unavailability == nil }
        try await trail.settled()
        #expect(try lines().filter { $0.contains("client.remove") }.count == 1)
        await trail.close(with: event)
    }

    @Test func `a log with changes that the vault lacks is not written to`() async throws {
        let other = try AuditLog.open(
            in: log, key: try vault.auditKey(), anchor: .start, time: time, note: { _ in })
        try other.append([event], at: time.now.wall, commit: 9)
        await other.close()
        let before = try lines()
        let trail = trail()
        trail.open()
        #expect(trail.unavailability != nil)
        #expect(throws: AuditError.self) { try trail.append([event]) }
        #expect(try lines() == before)
        await trail.close(with: event)
        #expect(try lines() == before)
    }

    @Test func `a new process does not give the day's refusals their bytes again`() async throws {
        var limits = RefusalAllowance.Limits()
        (limits.perDay, limits.perSecond) = (2_000, 1_000)
        var written: [Int] = []
        for _ in 0..<2 {
            let refusals = RefusalCounter(limits)
            let trail = AuditTrail(
                log, of: vault, refusals: refusals, time: time,
                logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
            trail.open()
            var count = 0
            for _ in 0..<50 {
                let refused = refusals.consume(1000, at: time.now.wall) {
                    AuditEvent(.init("credentials.get"), .denied)
                }
                guard let refused else { continue }
                try trail.append([refused])
                count += 1
            }
            written.append(count)
            await trail.close(with: event)
        }
        #expect(written[0] > 3 && written[1] == 0, "\(written)")
    }
}
