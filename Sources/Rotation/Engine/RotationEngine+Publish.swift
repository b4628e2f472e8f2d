import Domain
import Vault

/// Calls of the publisher: each has a time limit, and callers do not wait for a slow one.
extension RotationEngine {
    /// Publishing twice does no harm, and the old secret stays valid until the new one is confirmed.
    /// - Returns: `nil` when the attempt was cancelled before its limit: its result is unknown, and it is repeated.
    func publish(_ entry: AppEntry) async -> PublishOutcome? {
        let isLast = entry.rotation?.endsNow ?? false
        let limit = isLast ? min(timing.publishLimit, timing.lastPublishLimit) : timing.publishLimit
        return await attempt(
            entry, limit,
            late: .later(retryAfter: nil, reason: "publishing took longer than \(counted(limit, "second"))"),
            stopped: nil
        ) { [publisher] in await publisher.publish(entry.credential, of: entry.app) }
    }

    /// The targets for which the old secret must stay valid although it could be revoked now.
    func laggards(_ entry: AppEntry) async -> [Laggard] {
        let limit = timing.lookLimit
        return await attempt(
            entry, limit, late: [Laggard("checking the targets took longer than \(counted(limit, "second"))")],
            stopped: [Laggard("checking the targets was interrupted", wait: 1)]
        ) { [publisher] in await publisher.laggards(entry.credential, of: entry.app) }
    }
}
