package import Audit
import Domain
import SecretMemory

/// A vault's file that was put back, seen by the audit log, which names the commits that it tells of.
///
/// A line is written when its commit is on disk, never before: a log that is ahead of its vault has outlived a newer one.
struct Rollback: Equatable, Sendable {
    /// How often the vault was written, by its own account.
    let commits: Int
    /// The highest commit that the log names.
    let named: Int

    /// `nil` for a vault that has all that its log tells of.
    init?(commits: Int, named: Int) {
        guard named > commits else { return nil }
        (self.commits, self.named) = (commits, named)
    }

    var error: VaultError {
        VaultError(
            .rolledBack,
            "the vault is older than its audit log: it was written \(counted(Int(commits), "time")), and the log tells of change \(named): "
                + "vault.db was put back from a copy, or the disk lost what it had confirmed",
            hint: "put the newest vault.db back; or, if there is no newer one, take a copy of this one as a backup: "
                + "keyturnd restore COPY --replace")
    }
}

extension Vault {
    /// What is newest in the log, by whoever holds the vault's key; `nil` without a log. Nothing for a log that cannot be
    /// read: to find out why is left to who opens it for writing.
    static func newest(_ log: LogDirectory?, _ sealer: Sealer) async throws -> LogDirectory.Newest? {
        guard let log else { return nil }
        return try await offThePool {
            let key = try sealer.auditKey()
            return (try? log.newest(key: key)) ?? LogDirectory.Newest()
        }
    }

    /// Makes a vault that was opened `acceptingRollback` the newest there is: its commits go on above those that the log
    /// names, and from now on it opens like any other.
    ///
    /// Zoom may refuse what it holds: what was changed later is not in it.
    /// - Parameter event: who accepted it, for the audit log. It gets its line when the vault is served next.
    package func acceptRollback(recording event: AuditEvent? = nil) async throws(VaultError) {
        try await change(recording: event) { _ in }
    }
}
