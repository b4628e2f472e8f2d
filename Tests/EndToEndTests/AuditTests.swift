import Foundation
import Testing

/// The audit log of a real daemon.
@Suite(.realProcesses) struct AuditTests {
    @Test("who was given or refused what is in the log as soon as he knows; a changed byte is found")
    func isWrittenFirst() throws {
        try withWorld { world in
            try world.addApp("zoom-prod", secret: "right")
            func log() throws -> String { try String(contentsOfFile: Self.file(world), encoding: .utf8) }
            #expect(try log().contains("\"action\":\"app.add\",\"outcome\":\"done\""))
            _ = try world.curl("/v1/apps/zoom-prod/credentials")
            let allowed = try log().split(separator: "\n").last ?? ""
            #expect(allowed.contains("\"action\":\"credentials.get\",\"outcome\":\"allowed\""), "\(allowed)")
            _ = try world.curl("/v1/apps/nothing/credentials")
            let denied = try log().split(separator: "\n").last ?? ""
            #expect(denied.contains("\"outcome\":\"denied\""), "\(denied)")
            try world.must("audit", "verify")
            let bytes = try log().replacing("zoom-prod", with: "zoom-prot", maxReplacements: 1)
            let handle = try #require(FileHandle(forWritingAtPath: Self.file(world)))
            try handle.write(contentsOf: Data(bytes.utf8))
            #expect(try world.keyturn("audit", "verify").exit == 65)
        }
    }

    private static func file(_ world: World) -> String { world.state + "/audit/audit-00000001.jsonl" }
}
