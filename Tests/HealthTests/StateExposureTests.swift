import Doctor
import Domain
import Foundation
import SocketAPI
import TestSupport
import Testing

@testable import Health

/// Files of the state directory that other users can reach.
@Suite struct StateExposureTests {
    private let place: TemporaryDirectory
    private let now = Moment(wall: Timestamp(unixSeconds: 1_800_000_000), boot: 100)

    init() throws {
        place = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: place.file("audit"), withIntermediateDirectories: false)
        for name in ["vault.db", "vault.db-wal", "audit/audit-00000001.jsonl", "audit-forward.json"] {
            try Data().write(to: URL(filePath: place.file(name)))
        }
        for (name, mode) in [
            (".", 0o700), ("audit", 0o700), ("vault.db", 0o600), ("vault.db-wal", 0o600),
            ("audit/audit-00000001.jsonl", 0o600), ("audit-forward.json", 0o600),
        ] { try set(name, mode) }
    }

    private func set(_ name: String, _ mode: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: place.file(name))
    }

    @Test(arguments: [
        ("vault.db", 0o666), (".", 0o777), ("vault.db-wal", 0o640), ("audit", 0o750),
        ("audit/audit-00000001.jsonl", 0o604),
        ("audit-forward.json", 0o660),
    ]) func `each of them is a problem that names the first and the command`(name: String, mode: Int) throws {
        let exposure = StateExposure(in: place.path)
        #expect(exposure.problems(now).isEmpty)
        try set(name, mode)
        #expect(exposure.problems(now).isEmpty, "not looked at for each request")
        let later = Moment(wall: now.wall + 10, boot: now.boot + 10)
        let problem = try #require(exposure.problems(later).first)
        let words = name == "." ? "the state directory" : "\(name) in the state directory"
        #expect(problem.code == "state_open" && problem.detail.hasPrefix("\(words): other users"))
        #expect(problem.hint?.hasPrefix("chmod 0") == true)
    }

    @Test func `what belongs to another user than the daemon's is a problem, the directory too`() {
        let findings = StateModes(in: place.path, owner: 4_000_000_000).findings
        #expect(findings.first?.place == "." && findings.count == 6)
        #expect(findings.allSatisfy { $0.detail.contains("not to user 4000000000") })
    }
}
