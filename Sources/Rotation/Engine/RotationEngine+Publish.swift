import Domain
import Vault

/// What is asked of the publisher: each within its time, and with nobody kept waiting by a slow one.
extension RotationEngine {
    /// To publish twice is harmless, and the old secret lives on until the new one is confirmed.
    /// - Returns: `nil` when the attempt was given up before its time: it says nothing, and is made dirty.
    func publish(_ entry: AppEntry) async -> PublishOutcome? {
        let isLast = entry.rotation?.endsNow ?? false
        let limit = isLast ? min(timing.publishLimit, timing.lastPublishLimit) : timing.publishLimit
        return await attempt(
            entry, limit,
            late: .later(retryAfter: nil, reason: "publishing took longer than \(counted(limit, "second"))"),
            stopped: nil
        ) { [publisher] in await publisher.publish(entry.credential, of: entry.app) }
    }

    /// For whom the old secret is to be kept alive although it could be ended now.
    func laggards(_ entry: AppEntry) async -> [Laggard] {
        let limit = timing.lookLimit
        return await attempt(
            entry, limit, late: [Laggard("looking at the targets took longer than \(counted(limit, "second"))")],
            stopped: [Laggard("looking at the targets was interrupted", wait: 1)]
        ) { [publisher] in await publisher.laggards(entry.credential, of: entry.app) }
    }

    private func attempt<Outcome: Sendable>(
        _ entry: AppEntry, _ limit: Int, late: Outcome, stopped: Outcome,
        _ body: @escaping @Sendable () async -> Outcome
    ) async -> Outcome {
        let attempt = Attempt(limit: limit, late: late, body)
        attempts[entry.app.id] = { attempt.finish(stopped) }
        // The new secret is handed out by now: whoever asked for it need not wait for a slow console.
        let patience = Task {
            try? await Task.sleep(for: .seconds(timing.publishPatience))
            if !Task.isCancelled { self.resumeWaiters(entry.app.id) }
        }
        defer {
            attempts[entry.app.id] = nil
            patience.cancel()
        }
        return await attempt.outcome
    }
}
