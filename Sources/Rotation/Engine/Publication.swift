import Synchronization
import Vault

/// One attempt to publish, of which the engine sees the end: the publisher's, or the one that it was given.
///
/// A publisher that hangs and does not heed being cancelled goes on by itself; nobody waits for it, and what it says
/// then is not heard. To publish twice is harmless, and the old secret lives on until the new one is confirmed.
final class Publication: Sendable {
    private struct State {
        var outcome: PublishOutcome?
        var waiting: CheckedContinuation<PublishOutcome, Never>?
    }

    private let state = Mutex(State())
    private let tasks = Mutex<[Task<Void, Never>]>([])

    /// - Parameter limit: seconds.
    init(_ publisher: any SecretPublisher, _ credential: Credential, of app: App, limit: Int) {
        let attempt = Task { self.finish(await publisher.publish(credential, of: app)) }
        let clock = Task {
            try? await Task.sleep(for: .seconds(limit))
            self.finish(.later(retryAfter: nil, reason: "publishing took longer than \(limit) seconds"))
        }
        tasks.withLock { $0 = [attempt, clock] }
    }

    var outcome: PublishOutcome {
        get async {
            let outcome = await withCheckedContinuation { continuation in
                let known = state.withLock { state in
                    if state.outcome == nil { state.waiting = continuation }
                    return state.outcome
                }
                if let known { continuation.resume(returning: known) }
            }
            for task in tasks.withLock({ $0 }) { task.cancel() }
            return outcome
        }
    }

    /// The first one to say it is believed.
    func finish(_ outcome: PublishOutcome) {
        let waiting = state.withLock { state -> CheckedContinuation<PublishOutcome, Never>? in
            guard state.outcome == nil else { return nil }
            state.outcome = outcome
            return state.waiting.take()
        }
        waiting?.resume(returning: outcome)
    }
}
