import Audit
import Dispatch
import Domain
import Health
import Vault

/// What was seen of a log that is not as it was written, until an operator has taken note of it.
extension AuditTrail {
    /// What somebody did to the log's files that no operator has taken note of.
    var trouble: AuditTrouble? {
        vault.auditTrouble
            ?? log?.trouble.map { AuditTrouble(words: $0, since: time.now.wall) }
    }

    /// The log goes on as if nothing was, and its next opening finds it whole: the vault remembers.
    func keep(_ trouble: String) {
        Task { [self] in
            do throws(VaultError) { try await vault.keep(auditTrouble: trouble) } catch {
                guard error.code != .closed else { return }
                DispatchQueue.global().asyncAfter(deadline: .now() + 10) { [weak self] in
                    if self?.log?.trouble == trouble { self?.keep(trouble) }
                }
            }
        }
    }

    /// An operator has taken note.
    /// - Returns: whether there was anything.
    func acknowledge(recording event: AuditEvent?) async throws(VaultError) -> Bool {
        guard trouble != nil || !ClockProblem.problems(vault.newestTime, now: time.now.wall).isEmpty else {
            return false
        }
        try await vault.acknowledgeAuditTrouble(recording: event)
        log?.forgetTrouble()
        return true
    }
}
