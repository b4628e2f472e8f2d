import Audit
import Domain
import Foundation
import SecretMemory
import TestSupport

/// A log in a directory of its own, that can be closed, meddled with and opened again.
final class LogUnderTest {
    let place: TemporaryDirectory
    let time = ManualTime()
    let notes = Recorder<AuditNote>()
    var limits = AuditLog.Limits()

    init() throws { place = try TemporaryDirectory() }

    var directory: LogDirectory { LogDirectory(path: place.path + "/audit") }
    func path(_ segment: Int) -> String { directory.path(of: segment) }

    func open(anchor: AuditHead = .start) throws -> AuditLog {
        try AuditLog.open(
            in: directory, key: SecretBytes(copying: "key"), anchor: anchor, limits: limits, time: time
        ) { [notes] in notes.record($0) }
    }

    func verify(anchor: AuditHead = .start, from: Int? = nil) throws -> AuditVerifier.Report {
        try AuditVerifier.verify(directory, key: SecretBytes(copying: "key"), anchor: anchor, from: from)
    }

    func contents(_ segment: Int = 1) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path(segment)))) }
    func replace(_ segment: Int = 1, with bytes: [UInt8]) throws {
        let file = try FileHandle(forWritingTo: URL(filePath: path(segment)))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(bytes))
        try file.close()
    }

    /// Puts something in the place of a file that is still to be made.
    func block(_ segment: Int) throws { try Data().write(to: URL(filePath: path(segment))) }
    func unblock(_ segment: Int) throws { try FileManager.default.removeItem(atPath: path(segment)) }

    func lines(_ segment: Int = 1) throws -> [String] {
        String(decoding: try contents(segment), as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

extension AuditEvent {
    static func sample(_ number: Int) -> AuditEvent {
        AuditEvent(.init("credentials.fetch"), .allowed, [("client", .text("pf \"x\"\n")), ("uid", .number(number))])
    }
}

extension AuditLog {
    /// Writes so many samples, waits for the disk and closes. Returns where the log ends.
    func fill(_ count: Int) async throws -> AuditHead {
        for number in 0..<count { try append([.sample(number)], at: Timestamp(unixSeconds: 1_800_000_000 + number)) }
        await close()
        return durableHead
    }
}
