import Health
import Rotation

extension VaultController.Session {
    /// What its parts say of themselves now.
    var vitals: Vitals {
        Vitals(
            vault: vault, spool: rotations.report.troubles, failedCommits: rotations.failedCommits,
            audit: Vitals.Audit(
                unavailable: audit.unavailability, trouble: audit.trouble,
                countedRefusals: audit.refusals.counted,
                limits: audit.refusals.limits, lag: audit.lag),
            resealing: (keys.progress, keys.trouble), zoom: zoom.contacts,
            clock: zoom.clock.difference)
    }
}
