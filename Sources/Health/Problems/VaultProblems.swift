import Domain
import Maintenance
import SocketAPI
import Vault

/// A vault that accepts no changes, whatever the reason. That the file is gone is an issue of its own.
enum VaultProblems {
    /// - Parameter hang: for how many seconds changes have hung.
    static func problems(_ failure: ChangeFailure?, hang: Int? = nil) -> [HealthIssue] {
        let code = AttentionCode.vaultUnwritable
        if let hang {
            return [
                HealthIssue(
                    code, "\(code.meaning): a change has waited for \(countdown(hang)) for the disk or the database",
                    try: "look for a disk or a mount that hangs: dmesg; then systemctl restart keyturnd")
            ]
        }
        guard let failure, failure.error.code != .store(.gone) else { return [] }
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
