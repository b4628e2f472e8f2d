import Audit
import Domain
import SecretMemory
import System

/// A vault's file that was replaced by an older copy. The audit log shows it, because its lines name commits.
///
/// A line is written only after its commit is on disk: a log that is ahead of its vault belongs to a newer one.
struct Rollback: Equatable, Sendable {
    /// The number of times the vault was written, by its own record.
    let commits: Int
    /// The highest commit in the log.
    let named: Int

    /// `nil` for a vault that has all commits in its log.
    init?(commits: Int, named: Int) {
        guard named > commits else { return nil }
        (self.commits, self.named) = (commits, named)
    }

    var error: VaultError {
        VaultError(
            .rolledBack,
            "the vault is older than its audit log: it was written \(counted(Int(commits), "time")), and the log names change \(named): "
                + "an older copy was put in its place, or the disk lost confirmed writes",
            hint: "put its newest copy back; or, if there is none, restore a copy of this one, or a newer backup: "
                + "keyturnd restore COPY --replace")
    }
}

extension Vault {
    /// The newest entries of the log that the vault's key authenticates; `nil` without a log. Empty for a log that cannot
    /// be read: the program that opens it for writing reports why.
    static func newest(_ log: LogDirectory?, _ sealer: Sealer) async throws -> LogDirectory.Newest? {
        guard let log else { return nil }
        return try await offThePool {
            let key = try sealer.auditKey()
            return (try? log.newest(key: key)) ?? LogDirectory.Newest()
        }
    }
}
