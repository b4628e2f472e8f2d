import Audit

/// A change that a commit made, and the only statement of it. Memory is updated from these, just as it is built from all
/// rows at the start.
enum RowChange: Sendable {
    case put(OpenedRow)
    /// With the plain columns of the removed row.
    case removed(SealedTable, [Cell])
}

/// A durable commit and its effects on memory.
struct Commit: Sendable {
    let changes: [RowChange]
    /// The keys for rows from this commit on; `nil` if they stay.
    let secrets: KeySecrets?
    /// The event for the audit log.
    let entry: AuditEntry?
}
