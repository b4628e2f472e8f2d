import Audit
import Domain
import SecretJSON

/// The last line of the audit log that was on disk at the last commit. It shows later whether lines were cut off.
struct AuditHeadRecord: Record {
    static let table = SealedTable.auditHead
    static let id = "log"

    let head: AuditHead

    init(_ head: AuditHead) { self.head = head }

    var opened: OpenedRow { .auditHead(head) }

    init<Failure>(
        _ columns: inout Columns<Self, Failure>, _ members: inout Members<Self, Failure>
    ) throws(Failure) {
        columns.derived { _ in Self.id }
        head = AuditHead(
            sequence: try members("line", \.head.sequence), code: try members("code", \.head.code))
    }
}

/// A commit's event for the audit log. A later commit removes the row, once the line is on disk.
struct OutboxRecord: Record {
    static let table = SealedTable.outbox

    let entry: AuditEntry

    init(_ entry: AuditEntry) { self.entry = entry }

    var opened: OpenedRow { .outbox(entry) }

    init<Failure>(
        _ columns: inout Columns<Self, Failure>, _ members: inout Members<Self, Failure>
    ) throws(Failure) {
        let commit = try columns("id", { CommitNumber($0.entry.commit ?? 0) })
        let time = try members("time", \.entry.time)
        entry = AuditEntry(
            AuditEvent(text: try members("event", \.entry.event.text)), at: time, commit: commit.number)
    }

    static func id(_ commit: Int) -> String { CommitNumber(commit).text }
}
