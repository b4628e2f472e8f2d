package import Audit
package import Rotation
import SocketAPI
package import Vault

/// What the parts of an unlocked vault say of themselves at one moment.
package struct Vitals: Sendable {
    package struct Audit: Sendable {
        /// Why it cannot be written, if so.
        let unavailable: String?
        /// What somebody did to the log's files that no operator has taken note of.
        let trouble: AuditTrouble?
        /// Refusals that have no lines, and the limits that they went beyond.
        let countedRefusals: [RefusalAllowance.Counted]
        let limits: RefusalAllowance.Limits
        /// How many lines are not on disk, and for how many seconds the oldest is not.
        let lag: (lines: Int, seconds: Double)

        package init(
            unavailable: String?, trouble: AuditTrouble?, countedRefusals: [RefusalAllowance.Counted],
            limits: RefusalAllowance.Limits, lag: (lines: Int, seconds: Double)
        ) {
            (self.unavailable, self.trouble) = (unavailable, trouble)
            (self.countedRefusals, self.limits, self.lag) = (countedRefusals, limits, lag)
        }
    }

    package let vault: Vault
    /// Answers of Zoom's that are not in the vault.
    let spool: [SpoolReport.Trouble]
    let audit: Audit
    /// Rotations whose last step is not in the vault.
    let failedCommits: FailedCommits
    /// How far the vault's new key is in use, and why it waits.
    let resealing: (progress: Resealing?, trouble: String?)
    /// Whether Zoom gives usable answers, for each place where tokens are minted.
    let zoom: [(address: String, contact: ZoomContact)]
    /// How far this host's clock is from Zoom's, where that is too far.
    let clock: ZoomClock.Difference?

    package init(
        vault: Vault, spool: [SpoolReport.Trouble], failedCommits: FailedCommits, audit: Audit,
        resealing: (progress: Resealing?, trouble: String?), zoom: [(address: String, contact: ZoomContact)],
        clock: ZoomClock.Difference?
    ) {
        (self.vault, self.spool, self.failedCommits, self.audit) = (vault, spool, failedCommits, audit)
        (self.resealing, self.zoom, self.clock) = (resealing, zoom, clock)
    }
}

extension ResealingDocument {
    package init(_ resealing: Resealing) { self.init(rows: resealing.rows, done: resealing.done) }
}
