package import Audit
package import Domain
import Envelope
package import SecretMemory
import Synchronization

/// What vault and audit log know of each other: where the log ends, so that a log that was cut is found out; how often the
/// vault was written, so that a vault that was put back is; and which changes have no line on disk yet.
struct LogCursor {
    /// The vault's account of itself, as of the last commit.
    private(set) var state: VaultState
    /// The log's last line, as of the last commit.
    private(set) var auditHead = AuditHead.start
    /// The latest time of a change or, at the start, of the audit log's last line.
    private(set) var newestTime: Timestamp?
    /// The next commit is a later one than this.
    let floor: Int
    /// Whether there is a log that is told of changes.
    let hasLog: Bool
    weak var log: (any ChangeLog)?

    /// - Parameter log: what is newest in the audit log; `nil` for a vault without one.
    init(_ state: VaultState, beside log: LogDirectory.Newest?) {
        self.state = state
        newestTime = [state.newestTime, log?.time].compactMap(\.self).max()
        floor = log?.commit ?? 0
        hasLog = log != nil
    }

    mutating func take(_ change: RowChange) {
        switch change {
        case .put(.state(let state)): (self.state, newestTime) = (state, state.newestTime)
        case .put(.auditHead(let head)): auditHead = head
        default: break
        }
    }
}

/// That the audit log was not as it was written, which the log itself cannot be trusted to remember.
package struct AuditTrouble: Equatable, Sendable {
    /// What was seen last.
    package let words: String
    /// When something was first seen that nobody has taken note of.
    package let since: Timestamp

    package init(words: String, since: Timestamp) {
        self.words = words
        self.since = since
    }
}

/// The audit log, as far as it tells of the vault's commits.
package protocol ChangeLog: AnyObject, Sendable {
    /// What of the log is on disk; `nil` while it is not open.
    var durable: LogPosition? { get }

    /// Takes the event of a commit that is durable now. Called in the order of the commits, on the thread that commits: it
    /// must not block, and need not keep anything safe, since the vault does.
    func take(_ entry: AuditEntry)
}

extension Vault {
    /// The key of the audit log's lines.
    package func auditKey() throws(VaultError) -> SecretBytes { try sealer.auditKey() }

    /// The last line of the audit log that was on disk when the vault was last written.
    package var auditHead: AuditHead { account.withLock { $0.auditHead } }

    /// How often the vault was written.
    package var commits: Int { account.withLock { $0.state.commits } }

    /// The latest time that the vault knows of: of a change, or of the line that ended the audit log when it was opened. A
    /// clock behind it was wrong then, or is now.
    package var newestTime: Timestamp? { account.withLock { $0.newestTime } }

    /// From now on `log` is told of each commit that has an event, and each commit keeps where it ends. Held weakly.
    package func tell(_ log: any ChangeLog) { account.withLock { $0.log = log } }

    /// Keeps where the log ends now, as at a clean stop.
    package func keepAuditHead() async throws(VaultError) {
        guard nextAuditHead != auditHead else { return }
        try await change { _ in }
    }

    /// What was seen of the log, by this process or one before it, and not acknowledged.
    package var auditTrouble: AuditTrouble? { account.withLock { $0.state.auditTrouble } }

    /// Keeps what was seen of the log over restarts.
    package func keep(auditTrouble words: String) async throws(VaultError) {
        guard auditTrouble?.words != words else { return }
        let now = time.now.wall
        try await change { transaction in
            transaction.note(AuditTrouble(words: words, since: transaction.state.auditTrouble?.since ?? now))
        }
    }

    /// Forgets it: an operator has taken note. So with times ahead of the clock, in which changes and lines were made.
    package func acknowledgeAuditTrouble(recording event: AuditEvent?) async throws(VaultError) {
        try await change(recording: event) { transaction in
            transaction.note(nil)
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
