import Domain
import Maintenance
import SocketAPI
import Vault

/// A vault that accepts no changes, whatever the reason. That the file is gone is an issue of its own.
enum VaultProblems {
    static func problems(_ failure: ChangeFailure?) -> [HealthIssue] {
        guard let failure, failure.error.code != .store(.gone) else { return [] }
        let code = AttentionCode.vaultUnwritable
        // In the words of the socket: what a store says of its files stays in the daemon's log.
        let problem = Problem(failure.error)
        let mayBeLost = failure.error.code == .store(.damaged) || failure.error.code == .store(.notAVault)
        let hint = mayBeLost || problem.hint == Vault.restoreHint ? saving : problem.hint ?? code.advice.hint
        return [HealthIssue(code, "\(code.meaning), since \(failure.since): \(problem.detail)", try: hint)]
    }

    /// The process still has in memory what the next start may not find.
    private static let saving =
        "keyturn backup FILE, before keyturnd stops; then stop it, and: keyturnd restore FILE --replace; "
        + "if there is no good copy any more: the newest backup"
}
