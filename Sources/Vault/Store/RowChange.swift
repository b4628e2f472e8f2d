import Audit

/// What a commit changed: the one statement of it. What is held in memory is folded from these, as it is from all rows at
/// the start.
enum RowChange: Sendable {
    case put(OpenedRow)
    /// With the plain columns that the row had.
    case removed(SealedTable, [Cell])
}

/// A durable commit, as it is to be shown.
struct Commit: Sendable {
    let changes: [RowChange]
    /// What opens and makes seals from this commit on; `nil` where that stays.
    let secrets: KeySecrets?
    /// What the audit log is to tell.
    let entry: AuditEntry?
}
