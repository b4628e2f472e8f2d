package import Audit
import Envelope
package import SecretMemory
import Synchronization

/// What vault and audit log know of each other: where the log ends, so that a log that was cut is found out, and how often
/// the vault was written, so that a vault that was put back is.
struct Account {
    /// The log's last line, as of the last commit.
    var auditHead: AuditHead
    /// How often the vault was written.
    var commits: Int
    /// The next commit is a later one than this.
    let floor: Int
    /// Tells the log's last line that is on disk, while there is a log.
    var source: (@Sendable () -> AuditHead)?

    init(auditHead: AuditHead, commits: Int, floor: Int) {
        (self.auditHead, self.commits, self.floor) = (auditHead, commits, floor)
    }
}

extension Vault {
    /// The key of the audit log's lines.
    package func auditKey() throws(VaultError) -> SecretBytes { try sealer.auditKey() }

    /// The last line of the audit log that was on disk when the vault was last written.
    package var auditHead: AuditHead { account.withLock { $0.auditHead } }

    /// How often the vault was written.
    package var commits: Int { account.withLock { $0.commits } }

    /// From now on each commit keeps what `source` says.
    package func keepAuditHead(of source: @escaping @Sendable () -> AuditHead) {
        account.withLock { $0.source = source }
    }

    /// Keeps where the log ends now, as at a clean stop.
    package func keepAuditHead() async throws(VaultError) {
        guard nextAuditHead != auditHead else { return }
        try await change { _ in
        } committed: {
        }
    }

    var nextAuditHead: AuditHead {
        let (head, source) = account.withLock { ($0.auditHead, $0.source) }
        return source?() ?? head
    }
}

extension Sealer {
    func auditKey() throws(VaultError) -> SecretBytes {
        do { return try keyring.derive(label: "audit log") } catch {
            throw VaultError(.library, "no key for the audit log: \(error)")
        }
    }
}
