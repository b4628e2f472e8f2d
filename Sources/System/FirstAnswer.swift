import Synchronization

/// Resumes a continuation with the first of several answers, so that nobody waits for one that does not come.
package final class FirstAnswer<Answer: Sendable>: Sendable {
    private let waiting: Mutex<CheckedContinuation<Answer, Never>?>

    package init(_ continuation: CheckedContinuation<Answer, Never>) { waiting = Mutex(continuation) }

    package func give(_ answer: Answer) {
        let continuation = waiting.withLock { $0.take() }
        continuation?.resume(returning: answer)
    }
}
