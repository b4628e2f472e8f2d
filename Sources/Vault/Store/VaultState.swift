import Audit
import Domain
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
    /// What somebody did to the audit log, until an operator has taken note of it.
    var auditTrouble: AuditTrouble?
    /// The latest time, by the wall clock, at which the vault was written.
    var newestTime: Timestamp?
    /// What generations apps had that are gone.
    var spent = SpentNumbers()
    /// The machine that the vault belongs to, as a keyed fingerprint.
    var host: String?
    /// How much is in the outbox, and what had no room there.
    var outboxBytes = 0
    var outboxLoss: AuditBacklog.Loss?

    init() {}

    var cells: [Cell] { [.text(Self.id)] }
    var opened: OpenedRow { .state(self) }

    func write(to writer: inout JSONWriter) {
        writer.member("commits", commits)
        writer.member("rows", rows)
        writer.member("digest", digest.hexadecimal)
        writer.member("host", ifPresent: host)
        writer.member("newest_time", ifPresent: newestTime)
        if let auditTrouble {
            writer.member("audit_trouble", auditTrouble.words)
            writer.member("audit_trouble_since", auditTrouble.since)
        }
        write(spent, to: &writer)
        if outboxBytes > 0 { writer.member("outbox_bytes", outboxBytes) }
        guard let outboxLoss else { return }
        writer.member("lost_events", outboxLoss.events)
        writer.member("lost_time", outboxLoss.time)
        writer.member("lost_commit", outboxLoss.commit)
    }

    private func write(_ spent: SpentNumbers, to writer: inout JSONWriter) {
        if let others = spent.others { writer.member("spent_others", others.number) }
        guard !spent.byName.isEmpty else { return }
        writer.key("spent")
        writer.beginArray()
        for (name, generation) in spent.byName.sorted(by: { $0.key < $1.key }) {
            writer.beginObject()
            writer.member("app", name.description)
            writer.member("generation", generation.number)
            writer.endObject()
        }
        writer.endArray()
    }

    init(cells: [Cell], document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(
            [
                "commits", "rows", "digest", "outbox_bytes", "lost_events", "lost_time", "lost_commit", "host",
                "audit_trouble", "audit_trouble_since", "newest_time", "spent", "spent_others",
            ], of: document.root)
        commits = try document.number("commits")
        rows = try document.number("rows")
        guard let digest = SetDigest(hexadecimal: try document.text("digest")) else {
            throw JSONError(.outOfRange, member: "digest")
        }
        self.digest = digest
        host = try document.optionalText("host")
        newestTime = try document.optionalTime("newest_time")
        if let words = try document.optionalText("audit_trouble") {
            auditTrouble = AuditTrouble(words: words, since: try document.time("audit_trouble_since"))
        }
        spent = try document.spent()
        if document.member("outbox_bytes", of: document.root) != nil {
            outboxBytes = try document.number("outbox_bytes")
        }
        outboxLoss = try document.loss()
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

extension JSONDocument {
    fileprivate func spent() throws(JSONError) -> SpentNumbers {
        var spent = SpentNumbers()
        if member("spent_others", of: root) != nil {
            guard let others = Generation(try number("spent_others")) else {
                throw JSONError(.outOfRange, member: "spent_others")
            }
            spent.cover(others)
        }
        guard member("spent", of: root) != nil else { return spent }
        for node in try list("spent", of: root) {
            guard let name = Name(try string(try require("app", of: node))),
                let generation = Generation(try integer(try require("generation", of: node)))
            else { throw JSONError(.outOfRange, member: "spent") }
            spent.spend(generation, of: name)
        }
        return spent
    }

    fileprivate func loss() throws(JSONError) -> AuditBacklog.Loss? {
        guard member("lost_events", of: root) != nil else { return nil }
        let events = try number("lost_events")
        guard (1...1 << 40).contains(events) else { throw JSONError(.outOfRange, member: "lost_events") }
        return AuditBacklog.Loss(events: events, time: try time("lost_time"), commit: try number("lost_commit"))
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
