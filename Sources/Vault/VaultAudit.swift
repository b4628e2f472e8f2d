package import Audit
import Envelope
package import SecretMemory
import Synchronization

/// Where the audit log ends, as the vault keeps it, so that a log that was cut is found out.
struct AuditHeads {
    /// As of the last commit.
    var kept: AuditHead
    /// Tells the log's last line that is on disk, while there is a log.
    var source: (@Sendable () -> AuditHead)?
}

extension Vault {
    /// The key of the audit log's lines.
    package func auditKey() throws(VaultError) -> SecretBytes { try sealer.auditKey() }

    /// The last line of the audit log that was on disk when the vault was last written.
    package var auditHead: AuditHead { auditHeads.withLock { $0.kept } }

    /// From now on each commit keeps what `source` says.
    package func keepAuditHead(of source: @escaping @Sendable () -> AuditHead) {
        auditHeads.withLock { $0.source = source }
    }

    /// Keeps where the log ends now, as at a clean stop.
    package func keepAuditHead() async throws(VaultError) {
        guard nextAuditHead != auditHead else { return }
        try await change { _ in
        } committed: {
        }
    }

    var nextAuditHead: AuditHead {
        let heads = auditHeads.withLock { ($0.kept, $0.source) }
        return heads.1?() ?? heads.0
    }
}

extension Sealer {
    func auditKey() throws(VaultError) -> SecretBytes {
        do { return try keyring.derive(label: "audit log") } catch {
            throw VaultError(.library, "no key for the audit log: \(error)")
        }
    }
}
