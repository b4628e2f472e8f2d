import Vault

/// What a commit leaves in the database for certain, by which it is found when its answer was lost: its link of the vault's history,
/// whose head no other commit has.
struct CommitMark: Equatable, Sendable {
    private let id: String
    private let head: String

    /// `nil` for a row of another table.
    init?(_ row: SealedRow) {
        guard row.table == .history, case .text(let head) = row.cells[1] else { return nil }
        (id, self.head) = (row.id, head)
    }

    /// Locks the vault for the transaction. What was read before, or by the same statement, may be older than what the last
    /// holder of the lock committed: read it again, in a later statement.
    static let lock = "SELECT FROM keyturn.vault FOR UPDATE"

    /// Whether the commit is there. The transaction has the lock, since an earlier statement.
    func isLeft(on connection: PostgreSQLConnection) throws(PostgreSQLFailure) -> Bool {
        try connection.integer(
            "SELECT count(*) FROM keyturn.history WHERE id = $1 AND head = $2", [.text(id), .text(head)]) ?? 0 > 0
    }
}

/// What became of a commit.
package enum CommitFate: Equatable, Sendable {
    case committed
    case notCommitted
    /// The server may still carry it out, or may still lose it.
    case unknown
}
