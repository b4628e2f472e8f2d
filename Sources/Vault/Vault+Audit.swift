package import Audit
package import Domain
import Envelope
package import SecretMemory
import Synchronization

/// The relation between vault and audit log: the end of the log, to detect a truncated log; the number of commits, to
/// detect an older vault; and the changes without a line on disk.
struct LogCursor {
    /// The state rows, as of the last commit.
    private(set) var state: VaultState
    private(set) var node: NodeState
    /// The log's last line, as of the last commit.
    private(set) var auditHead = AuditHead.start
    /// The latest time of a change or, at the start, of the audit log's last line.
    private(set) var newestTime: Timestamp?
    /// The next commit gets a higher number than this.
    let floor: Int
    /// Whether a log receives the changes.
    let hasLog: Bool
    weak var log: (any ChangeLog)?

    /// - Parameter log: the newest entries of the audit log; `nil` for a vault without one.
    init(_ state: VaultState, _ node: NodeState, beside log: LogDirectory.Newest?) {
        (self.state, self.node) = (state, node)
        newestTime = [state.newestTime, log?.time].compactMap(\.self).max()
        floor = log?.commit ?? 0
        hasLog = log != nil
    }

    mutating func apply(_ change: RowChange) {
        switch change {
        case .put(.state(let state)): (self.state, newestTime) = (state, state.newestTime)
        case .put(.nodeState(let node)): self.node = node
        case .put(.auditHead(let head)): auditHead = head
        default: break
        }
    }
}

/// A detected change of the audit log. It is saved in the vault, because the log itself cannot be trusted with it.
package struct AuditTrouble: Equatable, Sendable {
    /// What was detected last.
    package let words: String
    /// Since when there has been an unacknowledged change.
    package let since: Timestamp

    package init(words: String, since: Timestamp) {
        self.words = words
        self.since = since
    }
}

/// The audit log, as the vault sees it.
package protocol ChangeLog: AnyObject, Sendable {
    /// The part of the log that is on disk; `nil` while it is not open.
    var durable: LogPosition? { get }

    /// Receives the event of a durable commit. Called in the order of commits, on the thread that commits: it must not
    /// block, and need not store the event safely, because the vault does.
    func enqueue(_ entry: AuditEntry)
}

extension Vault {
    /// The key of the audit log's lines.
    package func auditKey() throws(VaultError) -> SecretBytes { try sealer.auditKey() }

    /// The last line of the audit log that was on disk at the last commit.
    package var auditHead: AuditHead { account.withLock { $0.auditHead } }

    /// How many times the vault was written.
    package var commits: Int { account.withLock { $0.state.commits } }

    /// The latest time that the vault knows: of a change, or of the audit log's last line when it was opened. A clock
    /// before it was wrong then, or is now.
    package var newestTime: Timestamp? { account.withLock { $0.newestTime } }

    /// From now on `log` receives the event of each commit, and each commit records the end of the log. Held weakly.
    package func attach(_ log: any ChangeLog) { account.withLock { $0.log = log } }

    /// Records the present end of the log, for a clean stop.
    package func saveAuditHead() async throws(VaultError) {
        guard nextAuditHead != auditHead else { return }
        try await change { _ in }
    }

    /// An unacknowledged change of the log, detected by this process or an earlier one.
    package var auditTrouble: AuditTrouble? { account.withLock { $0.node.auditTrouble } }

    /// Saves a detected change of the log across restarts.
    package func save(auditTrouble words: String) async throws(VaultError) {
        guard auditTrouble?.words != words else { return }
        let now = time.now.wall
        try await change { transaction in
            transaction.set(AuditTrouble(words: words, since: transaction.node.auditTrouble?.since ?? now))
        }
    }

    /// Clears it, because an operator acknowledged it. Also clears recorded times that are ahead of the clock.
    package func acknowledgeAuditTrouble(recording event: AuditEvent?) async throws(VaultError) {
        try await change(recording: event) { transaction in
            transaction.set(nil)
            transaction.forgetTimes()
        }
    }

    var nextAuditHead: AuditHead { account.withLock { $0.log?.durable?.head ?? $0.auditHead } }
}

extension Sealer {
    func auditKey() throws(VaultError) -> SecretBytes {
        do { return try keyring.derive(label: "audit log") } catch {
            throw VaultError(.library, "no key for the audit log: \(error)")
        }
    }
}
