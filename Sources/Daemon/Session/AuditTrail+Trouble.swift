import Audit
import Dispatch
import Domain
import Health
import Vault

/// Detected changes of the log, until an operator acknowledges them.
extension AuditTrail {
    /// The unacknowledged changes of the log's files.
    var trouble: AuditTrouble? {
        vault.auditTrouble
            ?? log?.trouble.map { AuditTrouble(words: $0, since: time.now.wall) }
    }

    /// Saves the trouble in the vault: the log continues, and would look intact when it is opened next.
    func save(_ trouble: String) {
        Task { [self] in
            do throws(VaultError) { try await vault.save(auditTrouble: trouble) } catch {
                guard error.code != .closed else { return }
                DispatchQueue.global().asyncAfter(deadline: .now() + 10) { [weak self] in
                    if self?.log?.trouble == trouble { self?.save(trouble) }
                }
            }
        }
    }

    /// Records an operator's acknowledgement.
    /// - Returns: whether there was anything to acknowledge.
    func acknowledge(recording event: AuditEvent?) async throws(VaultError) -> Bool {
        guard trouble != nil || !ClockProblem.problems(vault.newestTime, now: time.now.wall).isEmpty else {
            return false
        }
        try await vault.acknowledgeAuditTrouble(recording: event)
        log?.forgetTrouble()
        return true
    }
}
