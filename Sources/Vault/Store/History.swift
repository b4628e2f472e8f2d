import Domain
import Envelope
import SecretJSON

/// A point in the history of a vault: a commit's number, and the head of the chain of commits up to it.
///
/// A number alone does not tell which history it belongs to: a vault that was put back from a copy and then changed has the
/// numbers of the vault that it replaced, for other changes. The head does.
package struct HistoryPoint: Equatable, Sendable {
    package let commit: Int
    /// 64 hexadecimal digits: a keyed code of the previous head and of a random mark of the commit.
    package let head: String

    package init(commit: Int, head: String) {
        self.commit = commit
        self.head = head
    }
}

/// A commit as a link of the chain. It says nothing of what was changed.
struct HistoryRecord: Record, Equatable {
    static let table = SealedTable.history

    let point: HistoryPoint
    /// The number of the commit before. Numbers only grow, and may leave gaps.
    let previous: Int
    /// 32 random hexadecimal digits, so that no two commits have the same head.
    let mark: String

    init(_ point: HistoryPoint, after previous: Int, mark: String) {
        self.point = point
        self.previous = previous
        self.mark = mark
    }

    /// A new link after `previous`.
    init(after previous: HistoryPoint, commit: Int, _ sealer: Sealer) throws(VaultError) {
        do throws(EnvelopeError) {
            let link = try sealer.keyring.link(after: previous.head)
            self.init(HistoryPoint(commit: commit, head: link.head), after: previous.commit, mark: link.mark)
        } catch {
            throw VaultError(.library, "no head for the vault's history: \(error)")
        }
    }

    var opened: OpenedRow { .history(self) }

    init<Failure>(
        _ columns: inout Columns<Self, Failure>, _ members: inout Members<Self, Failure>
    ) throws(Failure) {
        let commit = try columns("id", { CommitNumber($0.point.commit) })
        point = HistoryPoint(commit: commit.number, head: try columns("head", \.point.head))
        previous = try members("previous", \.previous)
        mark = try members("mark", \.mark)
    }

    /// Whether this link follows `previous`.
    func follows(_ previous: HistoryPoint, _ sealer: Sealer) -> Bool {
        self.previous == previous.commit
            && (try? sealer.keyring.head(after: previous.head, mark: mark)) == point.head
    }
}

/// Which links of the chain are kept: the newest ones, and of the older ones a few. An older copy can be placed only if its
/// newest commit is one of those. Links from before a gap in the numbers stay.
enum HistoryRetention {
    /// The newest commits, each of which is kept.
    static let newest = 4096
    /// Of the older commits, those whose number is a multiple of this.
    static let interval = 256

    /// The commit whose link is no longer needed once `commit` is made.
    static func expired(by commit: Int) -> Int? {
        let old = commit - newest
        return old > 0 && !old.isMultiple(of: interval) ? old : nil
    }
}

/// A commit's number as the ID of a row. The IDs sort like the commits.
struct CommitNumber: ColumnValue {
    let number: Int

    init(_ number: Int) { self.number = number }

    var text: String {
        let digits = String(number)
        return String(repeating: "0", count: max(20 - digits.utf8.count, 0)) + digits
    }

    var cell: Cell { .text(text) }

    init?(cell: Cell) {
        guard let text = String(cell: cell), let number = Int(text), number >= 0, Self(number).text == text else {
            return nil
        }
        self.number = number
    }
}
