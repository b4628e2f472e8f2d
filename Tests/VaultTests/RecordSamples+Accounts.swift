import Audit
import Domain
import Envelope
import SecretMemory
import TestSupport

@testable import Vault

private func at(_ second: Int) -> Timestamp { Timestamp(unixSeconds: 1_700_000_000 + second) }

extension RecordSample {
    /// What the vault says of itself.
    static var accounts: [RecordSample] { states + auditRows + unlockMethods }

    private static var states: [RecordSample] {
        var full = VaultState()
        full.newest = HistoryPoint(commit: 9, head: "cafe")
        full.host = "host"
        full.newestTime = at(1)
        full.spent.spend(.first.next, of: .test("b"))
        full.spent.spend(.first, of: .test("a"))
        full.spent.cover(.first.next.next)
        let set = try? SetDigest(bytes: unsafe [UInt8](0xE0...0xFF).span.bytes)
        full.digest = CountedDigest(rows: 2, set ?? SetDigest())
        var node = NodeState()
        node.id = NodeID(rawValue: "second") ?? .first
        node.digest = full.digest
        node.auditTrouble = AuditTrouble(words: "what", since: at(2))
        node.outboxBytes = 77
        node.outboxLoss = AuditBacklog.Loss(events: 3, time: at(3), commit: 4)
        let code = "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
        let zeros = String(repeating: "0", count: 64)
        return [
            RecordSample(
                "minimal", VaultState(), [.text("vault"), .integer(1), .integer(0), .text("")], required: "rows",
                "digest",
                text: #"{"rows":0,"digest":"\#(zeros)"}"#),
            RecordSample(
                "full", full, [.text("vault"), .integer(1), .integer(9), .text("cafe")],
                text: """
                    {"rows":2,"digest":"\(code)","host":"host","newest_time":1700000001,
                    "spent_others":3,"spent":[{"app":"a","generation":1},{"app":"b","generation":2}]}
                    """),
            RecordSample(
                "minimal", NodeState(), [.text("node")], required: "node", "rows", "digest",
                text: #"{"node":"first","rows":0,"digest":"\#(zeros)"}"#),
            RecordSample(
                "full", node, [.text("node")], required: "audit_trouble_since", "lost_time", "lost_commit",
                text: """
                    {"node":"second","rows":2,"digest":"\(code)","audit_trouble":"what","audit_trouble_since":1700000002,
                    "outbox_bytes":77,"lost_events":3,"lost_time":1700000003,"lost_commit":4}
                    """),
            RecordSample(
                "any", HistoryRecord(HistoryPoint(commit: 12, head: "cafe"), after: 11, mark: "ab"),
                [.text("00000000000000000012"), .text("cafe")], required: "previous", "mark",
                text: #"{"previous":11,"mark":"ab"}"#),
        ]
    }

    private static var auditRows: [RecordSample] {
        let code = LineCode(hexadecimal: "00112233445566778899aabbccddeeff".utf8) ?? LineCode()
        return [
            RecordSample(
                "any", AuditHeadRecord(AuditHead(sequence: 7, code: code)), [.text("log")], required: "line", "code",
                text: #"{"line":7,"code":"00112233445566778899aabbccddeeff"}"#),
            RecordSample(
                "any", OutboxRecord(AuditEntry(AuditEvent(text: "\"a\":1"), at: at(1), commit: 12)),
                [.text("00000000000000000012")], required: "time", "event",
                text: #"{"time":1700000001,"event":"\"a\":1"}"#),
        ]
    }

    private static var unlockMethods: [RecordSample] {
        func method(_ kind: UnlockMethodKind, _ scrypt: ScryptParameters?) -> UnlockMethod? {
            let share = [UInt8](0x20..<0x40)
            guard
                let recipient = try? SlotRecipient(
                    id: "1", kind: kind, salt: [UInt8](repeating: 0x0A, count: 32), scrypt: scrypt,
                    publicKey: [UInt8](repeating: 0x0B, count: 32), share: SecretBytes(copying: unsafe share.span.bytes)
                )
            else { return nil }
            return UnlockMethod(id: "1", kind: kind, createdAt: at(1), slotDigest: SetDigest(), recipient: recipient)
        }
        let hex = """
            "slot":"\(String(repeating: "0", count: 64))","salt":"\(String(repeating: "0a", count: 32))",
            "public_key":"\(String(repeating: "0b", count: 32))",
            "share":"202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
            """
        let samples = [
            method(.keyFile, nil).map {
                RecordSample(
                    "key file", $0, [.text("1")], required: "kind", "created_at", "slot", "salt", "public_key", "share",
                    text: "{\"kind\":\"\(UnlockMethodKind.keyFile.rawValue)\",\"created_at\":1700000001,\n" + hex + "}")
            },
            method(.passphrase, .standard).map {
                RecordSample(
                    "passphrase", $0, [.text("1")], required: "scrypt_log_n", "scrypt_r", "scrypt_p",
                    text: "{\"kind\":\"passphrase\",\"created_at\":1700000001,\n" + hex
                        + ",\"scrypt_log_n\":17,\"scrypt_r\":8,\"scrypt_p\":1}")
            },
        ]
        return samples.compactMap { $0 }
    }
}
