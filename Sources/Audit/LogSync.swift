import Dispatch
import Synchronization

/// Syncs written lines to disk: at once for callers that wait, together with everything written meanwhile, and once a
/// second for the rest.
final class LogSync: Sendable {
    private struct Waiter {
        let sequence: Int
        /// Remaining ticks.
        var patience: Int
        let done: @Sendable (AuditError?) -> Void
    }

    private struct State {
        /// The written position, and the files written since the last sync.
        var written: LogPosition
        var files: [SegmentFile] = []
        var durable: LogPosition
        /// When the oldest unsynced line was written; `nil` when all are synced.
        var behindSince: ContinuousClock.Instant?
        var waiting: [Waiter] = []
        var isRunning = false
        var isStopped = false
        /// Set when written data may be lost, even if a later sync succeeds.
        var failure: AuditError?
    }

    private let state: Mutex<State>
    private let wait: Int
    private let queue = DispatchQueue(label: "audit sync")
    /// Another queue, because the first one may hang with the disk.
    private let clock = DispatchQueue(label: "audit clock")

    init(durable: LogPosition, wait: Int) {
        state = Mutex(State(written: durable, durable: durable))
        self.wait = wait
    }

    func start(eachSecond poll: @escaping @Sendable () -> Void) {
        clock.asyncAfter(deadline: .now() + 1) { [weak self] in
            guard let self, !state.withLock({ $0.isStopped }) else { return }
            tick()
            poll()
            start(eachSecond: poll)
        }
    }

    func stop() { state.withLock { $0.isStopped = true } }

    /// The position that is on disk.
    var durable: LogPosition { state.withLock { $0.durable } }

    /// The number of written lines that are not on disk yet, and the age of the oldest in seconds.
    var lag: (lines: Int, seconds: Double) {
        state.withLock { state in
            let since = state.behindSince.map { ContinuousClock.now - $0 } ?? .zero
            return (state.written.head.sequence - state.durable.head.sequence, since / .seconds(1))
        }
    }

    /// Why the disk lost data that it had accepted, as text; returned once.
    var failure: String? {
        state.withLock { state in state.failure.take().map { "written lines may be lost: \($0)" } }
    }

    func wrote(_ position: LogPosition, to file: SegmentFile) {
        state.withLock { state in
            // Once for each sync, not for each line.
            if state.behindSince == nil { state.behindSince = .now }
            state.written = position
            if state.files.last !== file { state.files.append(file) }
        }
    }

    func wait(for sequence: Int, _ done: @escaping @Sendable (AuditError?) -> Void) {
        let isDone = state.withLock { state in
            guard state.durable.head.sequence < sequence else { return true }
            state.waiting.append(Waiter(sequence: sequence, patience: wait + 1, done: done))
            return false
        }
        if isDone { done(nil) } else { request() }
    }

    private func request() {
        let mustRun = state.withLock { state in
            guard !state.isRunning, state.written != state.durable else { return false }
            state.isRunning = true
            return true
        }
        if mustRun { queue.async { self.run() } }
    }

    /// Syncs until no caller waits.
    private func run() {
        while true {
            let began = ContinuousClock.now
            let (target, files) = state.withLock { state in (state.written, state.files) }
            var failure: AuditError?
            for file in files where failure == nil {
                do { try file.sync() } catch { failure = error }
            }
            let (done, goesOn) = state.withLock { state in
                if failure == nil {
                    state.durable = target
                    state.behindSince = state.written.head.sequence == target.head.sequence ? nil : began
                } else {
                    state.failure = failure
                }
                // The last one is still in use.
                let newest = state.files.last
                state.files.removeAll { file in file !== newest && files.contains { $0 === file } }
                let done = state.waiting.filter { failure != nil || $0.sequence <= target.head.sequence }
                state.waiting.removeAll { failure != nil || $0.sequence <= target.head.sequence }
                state.isRunning = !state.waiting.isEmpty
                return (done, state.isRunning)
            }
            for waiter in done { waiter.done(failure) }
            if !goesOn { return }
        }
    }

    private func tick() {
        let late = state.withLock { state in
            for index in state.waiting.indices { state.waiting[index].patience -= 1 }
            let late = state.waiting.filter { $0.patience <= 0 }
            state.waiting.removeAll { $0.patience <= 0 }
            return late
        }
        for waiter in late {
            waiter.done(AuditError(.stuck, "the disk did not accept the audit log within \(wait) seconds"))
        }
        request()
    }
}
