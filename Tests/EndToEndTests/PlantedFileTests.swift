import Foundation
import Glibc
import Testing

/// Pipes in the place of files: to open one, and to wait for who writes to it, would be to wait for ever.
@Suite(.realProcesses) struct PlantedFileTests {
    private static func plant(_ path: String) throws {
        unsafe unlink(path)
        guard unsafe mkfifo(path, 0o600) == 0 else { throw HarnessError("no pipe can be made at \(path)") }
    }

    @Test func `a file planted in place of the alerts is reported and replaced`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try Self.plant(world.state + "/alerts.json")
            try world.start()
            #expect(world.isHealthy)
            #expect(try world.stop().errors.contains("alerts.json is not a file of alerts"))
        }
    }

    /// Who writes to the state directory is not to write to the terminal of whoever looks.
    @Test func `control characters planted in the alerts do not reach a terminal`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let time = "2026-11-25T00:00:00Z"
            try """
            {"version":1,"alerts":[{"code":"rotation_blocked","app":"zoom","target":null,"since":"\(time)",\
            "gone_since":null,"raised_at":"\(time)","resolved_at":null,"notified_at":"\(time)","notified_as":null,\
            "pending":"raised","delivered":false,\
            "detail":"plAnted\\u001b[2J\\u009b2J\\nkeyturn: all is well","try":null,"deadline":null}],"channels":[]}
            """.write(toFile: world.state + "/alerts.json", atomically: true, encoding: .utf8)
            try world.start()
            let listed = try world.must("alert", "list").output
            #expect(listed.contains("plAnted [2J 2J keyturn: all is well"), "\(listed)")
            #expect(!listed.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" })
        }
    }

    @Test func `a file planted in place of a key is refused`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try Self.plant(world.keyFile)
            let outcome = try world.keyturnd("serve", "--key-file", world.keyFile)
            #expect(outcome.exit == 78 && outcome.errors.contains("is not a file"), "\(outcome)")
        }
    }

    @Test func `a file planted in place of the vault or its log is named`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start()
            try world.stop()
            let segment = try #require(try Files.names(world.auditDirectory).filter { $0.hasSuffix(".jsonl") }.first)
            try Self.plant("\(world.auditDirectory)/\(segment)")
            #expect(try world.keyturnd("check", "--key-file", world.keyFile).exit == 65)
            try Self.plant(world.vault)
            #expect(try world.keyturnd("check", "--key-file", world.keyFile).exit == 65)
        }
    }
}
