import Synchronization

/// One attempt at an operation of another component. It ends with that component's result, or with a default after a time
/// limit.
///
/// An operation that hangs and ignores its cancellation continues on its own; nobody waits for it, and its result is
/// dropped. So repeating it must do no harm.
final class Attempt<Outcome: Sendable>: Sendable {
    private struct State {
        var outcome: Outcome?
        var waiting: CheckedContinuation<Outcome, Never>?
    }

    private let state = Mutex(State())
    private let tasks = Mutex<[Task<Void, Never>]>([])

    /// - Parameters:
    ///   - limit: in seconds.
    ///   - late: the result after the limit.
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

    /// Only the first result counts.
    func finish(_ outcome: Outcome) {
        let waiting = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            guard state.outcome == nil else { return nil }
            state.outcome = outcome
            return state.waiting.take()
        }
        waiting?.resume(returning: outcome)
    }
}
