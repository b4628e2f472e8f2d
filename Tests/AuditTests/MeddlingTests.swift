import Audit
import Domain
import Foundation
import SecretMemory
import TestSupport
import Testing

/// Whatever is done to the files while nobody has them open.
@Suite struct MeddlingTests {
    @Test func `a changed byte is found, wherever it is`() async throws {
        let log = try LogUnderTest()
        let end = try await log.open().fill(1)
        let whole = try log.contents()
        for place in whole.indices {
            var changed = whole
            changed[place] ^= 1
            try log.replace(with: changed)
            #expect(try !log.verify(anchor: end).findings.isEmpty, "byte \(place)")
        }
    }

    @Test func `lines that are gone, doubled or in another order are found`() async throws {
        let log = try LogUnderTest()
        let end = try await log.open().fill(4)
        let lines = try log.lines()
        var variants: [[String]] = []
        for index in lines.indices {
            var gone = lines
            gone.remove(at: index)
            variants.append(gone)
            variants.append(Array(lines[...index]) + lines[index...])
            if index > 0 {
                var swapped = lines
                swapped.swapAt(index, index - 1)
                variants.append(swapped)
            }
        }
        variants.append([])
        for variant in variants {
            try log.replace(with: Array(variant.map { $0 + "\n" }.joined().utf8))
            #expect(try !log.verify(anchor: end).findings.isEmpty, "\(variant.count) lines")
        }
    }

    /// Its number and its code are right, and what stands before it is another line than when it was written.
    @Test func `a line of another history of the same log is found`() async throws {
        let log = try LogUnderTest()
        let start = try await log.open().fill(1)
        let known = try log.contents()
        func goOn(_ samples: [Int]) async throws -> (lines: [String], end: AuditHead) {
            try log.replace(with: known)
            let opened = try log.open(anchor: start)
            for sample in samples { try opened.append([.sample(sample)], at: log.time.now.wall) }
            await opened.close()
            return (try log.lines(), opened.durableHead)
        }
        let (other, _) = try await goOn([7, 8, 9])
        var (lines, end) = try await goOn([1, 2, 9])
        lines[3] = other[3]
        try log.replace(with: Array(lines.map { $0 + "\n" }.joined().utf8))
        #expect(try !log.verify(anchor: end).findings.isEmpty)
    }

    @Test func `a log of another vault is not mistaken for this one's`() async throws {
        let (log, other) = (try LogUnderTest(), try LogUnderTest())
        let end = try await log.open().fill(4)
        let foreign = try AuditLog.open(
            in: other.directory, key: .init(copying: "another"), anchor: .start, time: other.time, note: { _ in })
        _ = try await foreign.fill(4)
        try log.replace(with: other.contents())
        #expect(try !log.verify(anchor: end).findings.isEmpty)
        _ = try log.open(anchor: end)
        #expect(log.notes.count == 1)
    }

    /// A crash leaves at most the beginning of a line: it is taken off, and nothing is missed.
    @Test func `whatever a crash left of the last line, the log continues and is whole`() async throws {
        let log = try LogUnderTest()
        let opened = try log.open()
        let before = try await opened.fill(3)
        let known = try log.contents().count
        _ = try await log.open(anchor: before).fill(1)
        let whole = try log.contents()
        for length in stride(from: known, through: whole.count, by: 7) + [whole.count - 1, whole.count] {
            try log.replace(with: Array(whole[..<length]))
            let end = try await log.open(anchor: before).fill(1)
            #expect(try log.verify(anchor: end).findings.isEmpty, "\(length - known) bytes of the line")
        }
        #expect(log.notes.all.allSatisfy { if case .torn = $0 { true } else { false } })
    }

    @Test func `a log that was cut behind what the vault knows continues in a new file that says so`()
        async throws
    {
        for kept in 0...4 {
            let log = try LogUnderTest()
            let end = try await log.open().fill(4)
            try log.replace(with: Array(try log.lines()[..<kept].map { $0 + "\n" }.joined().utf8))
            let opened = try log.open(anchor: end)
            #expect(log.notes.count == 1)
            let later = try await opened.fill(2)
            #expect(later.sequence == end.sequence + 3)
            let report = try log.verify(anchor: later)
            #expect(!report.findings.isEmpty)
            #expect(try log.lines(2).first?.contains("reason") == true)
        }
    }

    @Test func `whatever happened to the newest file, the next one names the highest commit`() async throws {
        // Also where the vault was not written since the log has lines.
        for (newest, knowsEnd) in [("{\"seq\":", true), ("x\n", true), ("{\"seq\":", false), ("x\n", false)] {
            let log = try LogUnderTest()
            let opened = try log.open()
            try opened.append([.sample(1)], at: log.time.now.wall, commit: 7)
            let end = try await opened.fill(1)
            try Data(newest.utf8).write(to: URL(filePath: log.path(2)))
            let again = try log.open(anchor: knowsEnd ? end : .start)
            #expect(try again.commit == 7)
            #expect(try log.lines(3).first?.contains("\"commit\":7,") == true)
            await again.close()
        }
    }

    @Test func `a log that is wholly gone is missed`() async throws {
        let log = try LogUnderTest()
        let end = try await log.open().fill(4)
        try FileManager.default.removeItem(atPath: log.directory.path)
        let opened = try log.open(anchor: end)
        #expect(log.notes.count == 1)
        await opened.close()
        #expect(try !log.verify(anchor: opened.durableHead).findings.isEmpty)
    }

    @Test func `an older copy of the log is found, also when it is opened`() async throws {
        let log = try LogUnderTest()
        _ = try await log.open().fill(4)
        let old = try log.contents()
        let end = try await log.open().fill(4)
        try log.replace(with: old)
        #expect(try !log.verify(anchor: end).findings.isEmpty)
        _ = try log.open(anchor: end)
        #expect(log.notes.count == 1)
    }
}
