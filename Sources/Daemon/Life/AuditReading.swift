import Audit
import Vault

/// The log as it lies on disk.
extension AuditTrail {
    /// Reads all of the log again.
    func verify(from: Int?) async throws -> AuditVerifier.Report {
        let anchor = log?.durableHead ?? vault.auditHead
        return try await offThePool { [directory, vault] in
            try AuditVerifier.verify(directory, key: try vault.auditKey(), anchor: anchor, from: from)
        }
    }

    func lines(_ query: AuditQuery) async throws -> [AuditQuery.Line] {
        try await offThePool { [directory] in try query.run(in: directory) }
    }
}
