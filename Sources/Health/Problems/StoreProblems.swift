import Domain
package import SocketAPI
package import Vault

extension HealthIssue {
    /// What is wrong with the vault's store, if anything.
    package static func problems(of trouble: StoreTrouble?) -> [HealthIssue] {
        switch trouble {
        case nil: []
        case .gone: [HealthIssue(.vaultGone, AttentionCode.vaultGone.advice)]
        case .unavailable(let reason, let since):
            [
                HealthIssue(
                    .storeUnreachable,
                    "\(reason.detail), since \(since); nothing can be saved or rotated, and what is in memory is served",
                    try: reason.hint ?? AttentionCode.storeUnreachable.advice.hint)
            ]
        case .undecided(let since):
            [HealthIssue(.storeUndecided, AttentionCode.storeUndecided.advice(because: "since \(since)"))]
        case .superseded(let reason): [HealthIssue(.storeTaken, reason)]
        case .rolledBack(let reason): [HealthIssue(.storeRolledBack, reason)]
        }
    }
}
