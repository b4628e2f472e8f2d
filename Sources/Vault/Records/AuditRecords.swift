import Audit
import Domain
import SecretJSON

/// The last line of the audit log that was on disk at the last commit, so that a log that was cut is found out.
struct AuditHeadRecord: Record {
    static let table = SealedTable.auditHead
    static let id = "log"

    let head: AuditHead

    init(_ head: AuditHead) { self.head = head }

    var cells: [Cell] { [.text(Self.id)] }
    var opened: OpenedRow { .auditHead(head) }

    func write(to writer: inout JSONWriter) {
        writer.member("line", head.sequence)
        writer.member("code", head.code.description)
    }

    init(cells: [Cell], document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(["line", "code"], of: document.root)
        guard let code = LineCode(hexadecimal: try document.text("code").utf8) else {
            throw JSONError(.outOfRange, member: "code")
        }
        head = AuditHead(sequence: try document.number("line"), code: code)
    }
}

/// What the audit log is to tell of a commit. The row goes with a later commit, once the line is on disk.
struct OutboxRecord: Record {
    static let table = SealedTable.outbox

    let entry: AuditEntry

    init(_ entry: AuditEntry) { self.entry = entry }

    /// In the order of the commits.
    static func id(_ commit: Int) -> String {
        let digits = String(commit)
        return String(repeating: "0", count: max(20 - digits.utf8.count, 0)) + digits
    }

    var cells: [Cell] { [.text(Self.id(entry.commit ?? 0))] }
    var opened: OpenedRow { .outbox(entry) }

    func write(to writer: inout JSONWriter) {
        writer.member("time", entry.time)
        writer.member("event", entry.event.text)
    }

    init(cells: [Cell], document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(["time", "event"], of: document.root)
        guard let commit = Int(try cells.text(0)), commit >= 0 else { throw JSONError(.outOfRange, member: "id") }
        entry = AuditEntry(
            AuditEvent(text: try document.text("event")), at: try document.time("time"), commit: commit)
    }
}
