import ErrorCatalog
import Maintenance
import SecretMemory
import SocketAPI
import Testing

@testable import Health

/// The bytes of what the daemon keeps in files of its own: a newer version must read what an older one wrote.
@Suite struct StateFileBytesTests {
    private func rewritten<Document: WireDocument>(_: Document.Type, _ text: String) throws -> String {
        try Document(parsing: SecretBytes(copying: text)).render().withSpan {
            String(decoding: $0.array, as: UTF8.self)
        }
    }

    @Test func `the file of alerts is written as it was read`() throws {
        let full = """
            {"code":"c","app":"hr","target":"pf","others":3,"since":"2026-01-02T03:04:01Z",
            "gone_since":"2026-01-02T03:04:02Z","raised_at":"2026-01-02T03:04:03Z","resolved_at":"2026-01-02T03:04:04Z",
            "notified_at":"2026-01-02T03:04:05Z","notified_as":"warning","pending":"reminder","delivered":true,"detail":"d","try":"t",
            "deadline":"2026-01-02T03:04:06Z"}
            """
        let bare = """
            {"code":"d","app":null,"target":null,"since":"2026-01-02T03:04:01Z","gone_since":null,"raised_at":null,
            "resolved_at":null,"notified_at":null,"notified_as":null,"pending":null,"delivered":false,"detail":"d","try":null,
            "deadline":null}
            """
        let log = "\"alerts\":[\(full),\(bare)]"
        let text =
            "{\"version\":1,\(log),\"channels\":[{\"name\":\"oncall\",\(log)},{\"name\":\"team\",\"alerts\":[]}]}"
            .replacing("\n", with: "")
        #expect(try rewritten(AlertStates.self, text) == text)
    }

    @Test func `an unknown word of this version is an error, and one of another version is none`() throws {
        let text = """
            {"version":1,"alerts":[{"code":"c","since":"2026-01-02T03:04:01Z","delivered":false,"detail":"d","notified_as":"loud"}],"channels":[]}
            """
        #expect(try !rewritten(AlertStates.self, text).contains("loud"))
        #expect(throws: (any Error).self) {
            try rewritten(AlertStates.self, text.replacing("notified_as", with: "pending"))
        }
        #expect(throws: (any Error).self) { try rewritten(AlertStates.self, text.replacing("1,", with: "2,")) }
    }

    @Test func `the newest backup and the explained codes are written as they were read`() throws {
        let backup = #"{"file":"/b","taken_at":"2026-01-02T03:04:01Z"}"#
        #expect(try rewritten(LastBackup.self, backup) == backup)
        let codes = #"{"codes":[{"code":"c","origin":"zoom_answer","meaning":"m","try":"t"}]}"#
        #expect(try rewritten(ErrorList.self, codes) == codes)
    }
}
