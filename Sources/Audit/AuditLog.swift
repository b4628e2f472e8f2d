package import Domain
import Envelope
import Glibc
import SecretMemory
import Synchronization

/// The audit log: one line for each decision and change, in files that are only appended to. Each line is chained to
/// the one before it.
///
/// When ``append(_:at:)`` returns, the line is in the file; within a second it is on disk. Callers that need to know
/// wait for ``synced(_:)``. The lock is held while lines are numbered, coded and written, but not while events are
/// built or the file is synced. The file under the log's name is checked once a second.
package final class AuditLog: Sendable {
    package struct Limits: Sendable {
        /// A larger file is followed by the next one.
        package var segmentBytes = 64 << 20
        /// How long a caller waits for the log before its operation fails, in seconds.
        package var wait = 5
        package init() {}
    }

    struct State: ~Copyable {
        var chain: LineChain
        var file: SegmentFile
        var size: Int
        /// The highest commit of the vault in the log.
        var commit: Int
        /// Why the next line must go to a new file.
        var mustBegin: String?
        var isClosed = false
        var buffer = SecretBuffer(capacity: 4096)
    }

    package let directory: LogDirectory
    private let limits: Limits
    private let time: any TimeSource
    private let note: @Sendable (AuditNote) -> Void
    private let state: Mutex<State>
    private let disk: LogSync
    private let lastTrouble = Mutex<String?>(nil)
    /// The size of the lines about this day's refusals in the newest file, in bytes, when it was opened.
    package let refusedBytes: Int

    init(
        _ state: consuming State, in directory: LogDirectory, limits: Limits, refused: Int = 0, time: any TimeSource,
        note: @escaping @Sendable (AuditNote) -> Void
    ) {
        refusedBytes = refused
        self.directory = directory
        self.limits = limits
        self.time = time
        self.note = note
        disk = LogSync(durable: LogPosition(head: state.chain.head, commit: state.commit), wait: limits.wait)
        self.state = Mutex(state)
        disk.start { [weak self] in self?.poll() }
    }

    // MARK: Writing

    /// Writes all events as the next lines, or none. Returns the number of the last line.
    /// - Parameter commit: the vault's commit that the events describe.
    @discardableResult
    package func append(_ events: [AuditEvent], at now: Timestamp, commit: Int? = nil) throws(AuditError) -> Int {
        try locked { state throws(AuditError) in
            guard !state.isClosed else { throw AuditError(.closed, "the audit log is closed") }
            if state.mustBegin != nil || state.size >= limits.segmentBytes { try begin(&state, at: now) }
            try write(events, to: &state, at: now, commit: commit)
            if let commit { state.commit = max(state.commit, commit) }
            let head = state.chain.head
            disk.wrote(LogPosition(head: head, commit: state.commit), to: state.file)
            return head.sequence
        }
    }

    /// Writes an event, and returns when it is on disk.
    package func record(_ event: AuditEvent) async throws(AuditError) {
        try await synced(try append([event], at: time.now.wall))
    }

    /// Returns when the line with this number is on disk. Throws after the waiting limit.
    package func synced(_ sequence: Int) async throws(AuditError) {
        let failure = await withCheckedContinuation { continuation in
            whenSynced(sequence) { continuation.resume(returning: $0) }
        }
        if let failure { throw failure }
    }

    /// Like ``synced(_:)``, for callers that cannot wait. `done` is called once, on another thread.
    package func whenSynced(_ sequence: Int, _ done: @escaping @Sendable (AuditError?) -> Void) {
        disk.wait(for: sequence, done)
    }

    // MARK: State

    /// The last line on disk. The vault saves it, to detect later that lines are missing.
    package var durableHead: AuditHead { disk.durable.head }

    /// The part of the log that is on disk.
    package var durable: LogPosition { disk.durable }

    /// The number of written lines that are not on disk yet, and the age of the oldest in seconds.
    package var lag: (lines: Int, seconds: Double) { disk.lag }

    /// The number of the last line.
    package var sequence: Int { get throws(AuditError) { try locked { $0.chain.head.sequence } } }

    /// What happened to the log's files while they were in use, as text; `nil` if nothing was detected.
    package var trouble: String? { lastTrouble.withLock { $0 } }

    /// The highest commit of the vault in a line.
    package var commit: Int { get throws(AuditError) { try locked { $0.commit } } }

    /// Syncs everything and accepts no further lines.
    package func close() async {
        let last = try? locked { state throws(AuditError) in
            state.isClosed = true
            return state.chain.head.sequence
        }
        if let last { try? await synced(last) }
        disk.stop()
    }

    // MARK: Under the lock

    private func write(
        _ events: [AuditEvent], to state: inout State, at now: Timestamp, commit: Int?
    ) throws(AuditError) {
        let before = state.chain.head
        state.buffer.removeAll()
        do {
            for event in events { try state.chain.append(event, at: now, commit: commit, to: &state.buffer) }
            let (file, size) = (state.file, state.size)
            try state.buffer.withSpan { bytes throws(AuditError) in try file.append(bytes, size: size) }
        } catch {
            state.chain.jump(to: before)
            // A line that follows half a line could not be read.
            if (error as? AuditError)?.code == .halfWritten {
                state.mustBegin = "it ends in an incomplete line: \(error)"
            }
            throw (error as? AuditError) ?? AuditError(.library, "\(error)")
        }
        state.size += state.buffer.count
    }

    /// Continues in a new file, whose first line records where the one before it ended.
    private func begin(_ state: inout State, at now: Timestamp) throws(AuditError) {
        let file = try SegmentFile.create(state.file.number + 1, in: directory)
        let old = (file: state.file, size: state.size)
        (state.file, state.size) = (file, 0)
        do {
            let first = AuditEvent.begin(file.number, after: state.chain.head, because: state.mustBegin)
            try write([first], to: &state, at: now, commit: state.commit)
            state.mustBegin = nil
        } catch {
            (state.file, state.size) = old
            unsafe unlink(file.path)
            throw error
        }
    }

    /// The holder of the lock is writing. That takes microseconds, unless the disk hangs; hence the limit.
    private func locked<Result>(
        _ body: (inout State) throws(AuditError) -> Result
    ) throws(AuditError) -> Result {
        for attempt in 0... {
            let done = state.withLockIfAvailable { state in
                do throws(AuditError) { return Swift.Result<Result, AuditError>.success(try body(&state)) } catch {
                    return .failure(error)
                }
            }
            if let done { return try done.get() }
            if attempt < 100 { sched_yield() } else { usleep(100) }
            if attempt > 100 + limits.wait * 10_000 { break }
        }
        throw AuditError(.stuck, "the audit log could not be written for \(limits.wait) seconds")
    }

    /// Runs once a second, on its own thread.
    private func poll() {
        let found = try? locked { state throws(AuditError) -> String? in
            guard !state.isClosed, state.mustBegin == nil else { return nil }
            guard let trouble = disk.failure ?? state.file.trouble(size: state.size) else { return nil }
            state.mustBegin = trouble
            return trouble
        }
        if let trouble = found ?? nil { report(trouble) }
    }

    /// Call it once the trouble was reported.
    package func forgetTrouble() { lastTrouble.withLock { $0 = nil } }

    func report(_ trouble: String) {
        lastTrouble.withLock { $0 = trouble }
        note(.trouble(trouble))
    }
}

/// What happened to the log, for the daemon's own log.
package enum AuditNote: Equatable, Sendable {
    /// A crash had left an incomplete line, which was removed.
    case torn(path: String, bytes: Int)
    /// The log was changed while it was closed, or its file was replaced while it was open.
    case trouble(String)
}

extension AuditEvent.Action {
    static let begin = Self("log.begin")
}

extension AuditEvent {
    static func begin(_ segment: Int, after head: AuditHead, because reason: String?) -> AuditEvent {
        var members: [(String, Value)] = [
            ("segment", .number(segment)), ("previous", .text(head.code.description)),
        ]
        if let reason { members.append(("reason", .text(reason))) }
        return AuditEvent(.begin, .done, members)
    }
}
