import Domain
import Envelope
import SecretJSON
import SecretMemory

/// The vault's own record in a sealed row: its newest commit, and which rows it has.
struct VaultState: Record {
    static let table = SealedTable.state
    static let id = "vault"
    /// The newest format that this program reads and writes.
    static let knownFormat = 1

    /// The format of the rows.
    var format = Self.knownFormat
    /// The newest commit.
    var newest = HistoryPoint(commit: 0, head: "")
    var digest = CountedDigest()
    /// The latest wall clock time at which the vault was written.
    var newestTime: Timestamp?
    /// The generations of removed apps.
    var spent = SpentNumbers()
    /// The host that the vault belongs to, as a keyed fingerprint.
    var host: String?

    init() {}

    var opened: OpenedRow { .state(self) }
    var commits: Int { newest.commit }

    init<Failure>(
        _ columns: inout Columns<Self, Failure>, _ members: inout Members<Self, Failure>
    ) throws(Failure) {
        columns.derived { _ in Self.id }
        format = try columns("format", \.format)
        newest = HistoryPoint(
            commit: try columns("commits", \.newest.commit), head: try columns("head", \.newest.head))
        digest = CountedDigest(rows: try members("rows", \.digest.rows), try members("digest", \.digest.set))
        host = try members.ifPresent("host", \.host)
        newestTime = try members.ifPresent("newest_time", \.newestTime)
        let others = try members.ifPresent("spent_others", \.spent.others)
        spent = SpentNumbers(try members("spent", { $0.spent.list }, omitting: []), others: others)
    }

    /// Reads the state row. Its format is checked first: a newer program's row would look damaged.
    init(_ transaction: any StoreTransaction, _ sealer: Sealer) throws {
        guard let row = try transaction.row(in: .state, id: Self.id) else {
            throw VaultError(.damaged, "the vault's state row is missing", hint: Vault.restoreHint)
        }
        try self.init(row, sealer)
    }

    init(_ row: SealedRow, _ sealer: Sealer) throws(VaultError) {
        if case .integer(let found) = row.cells[1], found > Self.knownFormat {
            throw VaultError(StoreError(.newerFormat(found: found, known: Self.knownFormat), "nothing was changed"))
        }
        self = try sealer.open(row)
    }
}

/// How many rows there are, and the XOR of a keyed digest of each, updated in the transaction that changes one. A row that
/// somebody deleted, or replaced by one from an older copy, makes it wrong.
struct CountedDigest: Equatable {
    var rows = 0
    var set = SetDigest()

    init() {}

    init(rows: Int, _ set: SetDigest) { (self.rows, self.set) = (rows, set) }

    mutating func count(_ digest: SetDigest) {
        rows += 1
        set.combine(digest)
    }

    mutating func discount(_ digest: SetDigest) {
        rows -= 1
        set.combine(digest)
    }
}

extension SpentNumbers {
    fileprivate struct Number: MemberList, Equatable {
        let app: Name
        let generation: Generation

        init(_ app: Name, _ generation: Generation) { (self.app, self.generation) = (app, generation) }

        init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            app = try members("app", \.app)
            generation = try members("generation", \.generation)
        }
    }

    fileprivate var list: [Number] { byName.sorted { $0.key < $1.key }.map { Number($0.key, $0.value) } }

    fileprivate init(_ list: [Number], others: Generation?) {
        self.init()
        if let others { cover(others) }
        for number in list { spend(number.generation, of: number.app) }
    }
}
