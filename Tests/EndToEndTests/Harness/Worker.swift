import Foundation

/// A thread of its own for work that waits.
final class Worker: Sendable {
    private let done = DispatchSemaphore(value: 0)
    private let failure = Failure()

    private final class Failure: @unchecked Sendable { var error: (any Error)? }

    init(_ body: @escaping @Sendable () throws -> Void) {
        let (done, failure) = (done, failure)
        Thread.detachNewThread {
            do { try body() } catch { failure.error = error }
            done.signal()
        }
    }

    func wait() throws {
        done.wait()
        if let error = failure.error { throw error }
    }
}
