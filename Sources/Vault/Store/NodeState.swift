package import Audit
import Domain
package import SecretJSON

/// What one node says of itself in a sealed row: of its audit log, and of the rows that are its own.
struct NodeState: Record, Equatable {
    static let table = SealedTable.nodeState
    static let row = "node"

    var id = NodeID.first

    /// The rows of the tables in ``SealedTable/local``.
    var digest = CountedDigest()
    /// A detected change of the audit log, until an operator acknowledges it.
    var auditTrouble: AuditTrouble?
    /// The size of the outbox in bytes, and the events that had no room there.
    var outboxBytes = 0
    var outboxLoss: AuditBacklog.Loss?

    init() {}

    var opened: OpenedRow { .nodeState(self) }

    init<Failure>(
        _ columns: inout Columns<Self, Failure>, _ members: inout Members<Self, Failure>
    ) throws(Failure) {
        columns.derived { _ in Self.row }
        id = try members("node", \.id)
        digest = CountedDigest(rows: try members("rows", \.digest.rows), try members("digest", \.digest.set))
        auditTrouble = try members.inline(ifPresent: "audit_trouble", \.auditTrouble)
        outboxBytes = try members("outbox_bytes", \.outboxBytes, omitting: 0)
        outboxLoss = try members.inline(ifPresent: "lost_events", \.outboxLoss)
    }

    init(_ transaction: any StoreTransaction, _ sealer: Sealer) throws {
        guard let row = try transaction.row(in: .nodeState, id: Self.row) else {
            throw VaultError(.damaged, "the vault's node_state row is missing", hint: Vault.restoreHint)
        }
        self = try sealer.open(row)
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
