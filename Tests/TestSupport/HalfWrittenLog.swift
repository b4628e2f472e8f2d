package import Audit
import Vault

/// An audit log that has a line on disk, and none of what it was told since: a vault beside it has rows in all tables.
package final class HalfWrittenLog: ChangeLog {
    /// Where nothing is found.
    package static let directory = LogDirectory(path: "/nonexistent/audit")

    package let durable: LogPosition? = LogPosition(head: AuditHead(sequence: 1, code: LineCode()), commit: 0)

    package init() {}
    package func enqueue(_ entry: AuditEntry) {}
}
