import Audit
import Envelope
import SecretJSON
import SecretMemory

/// What the vault says of itself in a sealed row: how often it was written, and which rows it has.
///
/// The digest is the XOR of a keyed digest of every counted row, kept up to date in the transaction that changes one.
/// A row deleted behind our back, or put back from an older copy of the file, leaves it wrong.
struct VaultState: Record {
    static let table = SealedTable.state
    static let id = "vault"

    var commits = 0
    var rows = 0
    var digest = SetDigest()
    /// The last line of the audit log that was on disk at this commit.
    var auditHead = AuditHead.start
    /// The machine that the vault belongs to, as a keyed fingerprint.
    var host: String?

    init() {}

    var cells: [Cell] { [.text(Self.id)] }

    func write(to writer: inout JSONWriter) {
        writer.member("commits", commits)
        writer.member("rows", rows)
        writer.member("digest", digest.hexadecimal)
        writer.member("audit_line", auditHead.sequence)
        writer.member("audit_code", auditHead.code.description)
        writer.member("host", ifPresent: host)
    }

    init(cells: [Cell], document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(["commits", "rows", "digest", "audit_line", "audit_code", "host"], of: document.root)
        commits = try document.number("commits")
        rows = try document.number("rows")
        guard let digest = SetDigest(hexadecimal: try document.text("digest")) else {
            throw JSONError(.outOfRange, member: "digest")
        }
        self.digest = digest
        host = try document.optionalText("host")
        // Rows from before there was an audit log do not have it.
        if let text = try document.optionalText("audit_code") {
            guard let code = LineCode(hexadecimal: text.utf8) else {
                throw JSONError(.outOfRange, member: "audit_code")
            }
            auditHead = AuditHead(sequence: try document.number("audit_line"), code: code)
        }
    }

    mutating func count(_ digest: SetDigest) {
        rows += 1
        self.digest.combine(digest)
    }

    mutating func discount(_ digest: SetDigest) {
        rows -= 1
        self.digest.combine(digest)
    }
}

extension SetDigest {
    fileprivate var hexadecimal: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    fileprivate init?(hexadecimal text: String) {
        let digits = Array(text.utf8)
        guard digits.count == Self.length * 2 else { return nil }
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
        guard bytes.count == Self.length, let digest = try? SetDigest(bytes: unsafe bytes.span.bytes) else {
            return nil
        }
        self = digest
    }
}
