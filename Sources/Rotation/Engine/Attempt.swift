import Synchronization

/// One attempt at something that another one does, of which the engine sees the end: its own, or the one that it was given.
///
/// One that hangs and does not heed being cancelled goes on by itself; nobody waits for it, and what it says then is not
/// heard. So it must be harmless to do it twice.
final class Attempt<Outcome: Sendable>: Sendable {
    private struct State {
        var outcome: Outcome?
        var waiting: CheckedContinuation<Outcome, Never>?
    }

    private let state = Mutex(State())
    private let tasks = Mutex<[Task<Void, Never>]>([])

    /// - Parameters:
    ///   - limit: seconds.
    ///   - late: what is believed when it takes longer.
    init(limit: Int, late: Outcome, _ body: @escaping @Sendable () async -> Outcome) {
        let attempt = Task { self.finish(await body()) }
        let clock = Task {
            try? await Task.sleep(for: .seconds(limit))
            self.finish(late)
        }
        tasks.withLock { $0 = [attempt, clock] }
    }

    var outcome: Outcome {
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
    func finish(_ outcome: Outcome) {
        let waiting = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            guard state.outcome == nil else { return nil }
            state.outcome = outcome
            return state.waiting.take()
        }
        waiting?.resume(returning: outcome)
    }
}
