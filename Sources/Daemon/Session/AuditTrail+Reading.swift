import Audit
import Domain
import System
import Vault

/// Reading the log from disk.
extension AuditTrail {
    func openOffThePool() async { try? await offThePool { [self] in open() } }

    /// Reads the whole log again.
    func verify(from: Int?) async throws -> AuditVerifier.Report {
        let anchor = log?.durableHead ?? vault.auditHead
        return try await offThePool { [directory, vault] in
            try AuditVerifier.verify(directory, key: try vault.auditKey(), anchor: anchor, from: from)
        }
    }

    /// Reads the newest file of the log again.
    func verifyNewest() async throws -> AuditVerifier.Report { try await verify(from: try directory.segments().last) }

    /// What the log has about these apps since a time, and the refusals that it only counts.
    func trails(
        of apps: [Name], since: Timestamp
    ) async throws -> (apps: [Name: AppTrail], refusals: [CountedRefusals]) {
        try await offThePool { [directory] in try AppTrailReader.read(directory, about: apps, since: since) }
    }

    func lines(_ query: AuditQuery) async throws -> [AuditQuery.Line] {
        try await offThePool { [directory] in try query.run(in: directory) }
    }
}
