package import Audit
import Domain
import Envelope
package import SecretJSON
import SecretMemory

/// The vault's own record in a sealed row: how many times it was written, and which rows it has.
///
/// The digest is the XOR of a keyed digest of every counted row, updated in the transaction that changes one. A row that
/// somebody deleted, or replaced by one from an older copy of the file, makes it wrong.
struct VaultState: Record {
    static let table = SealedTable.state
    static let id = "vault"

    var commits = 0
    var rows = 0
    var digest = SetDigest()
    /// A detected change of the audit log, until an operator acknowledges it.
    var auditTrouble: AuditTrouble?
    /// The latest wall clock time at which the vault was written.
    var newestTime: Timestamp?
    /// The generations of removed apps.
    var spent = SpentNumbers()
    /// The host that the vault belongs to, as a keyed fingerprint.
    var host: String?
    /// The size of the outbox in bytes, and the events that had no room there.
    var outboxBytes = 0
    var outboxLoss: AuditBacklog.Loss?

    init() {}

    var opened: OpenedRow { .state(self) }

    init<Failure>(
        _ columns: inout Columns<Self, Failure>, _ members: inout Members<Self, Failure>
    ) throws(Failure) {
        columns.derived { _ in Self.id }
        commits = try members("commits", \.commits)
        rows = try members("rows", \.rows)
        digest = try members("digest", \.digest)
        host = try members.ifPresent("host", \.host)
        newestTime = try members.ifPresent("newest_time", \.newestTime)
        auditTrouble = try members.inline(ifPresent: "audit_trouble", \.auditTrouble)
        let others = try members.ifPresent("spent_others", \.spent.others)
        spent = SpentNumbers(try members("spent", { $0.spent.list }, omitting: []), others: others)
        outboxBytes = try members("outbox_bytes", \.outboxBytes, omitting: 0)
        outboxLoss = try members.inline(ifPresent: "lost_events", \.outboxLoss)
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

extension AuditTrouble: MemberList {
    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        words = try members("audit_trouble", \.words)
        since = try members("audit_trouble_since", \.since)
    }
}

extension AuditBacklog.Loss: MemberList {
    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        self.init(
            events: try members("lost_events", \.events, where: { (1...1 << 40).contains($0) }),
            time: try members("lost_time", \.time), commit: try members("lost_commit", \.commit))
    }
}
