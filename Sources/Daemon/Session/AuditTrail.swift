import Audit
import Dispatch
import Domain
import Health
import Logging
import Rotation
import Synchronization
import Tokens
import Vault

/// The audit log of an unlocked vault. If it cannot be opened, it accepts nothing, and opening is retried each second.
///
/// Events that must be logged before something happens are appended at once. Events of the vault's commits, and of the
/// daemon's own actions, are written afterwards, in order, as soon as possible.
final class AuditTrail: ChangeLog, Sendable {
    let directory: LogDirectory
    /// Whether answers with secrets wait for the disk too.
    let syncsReads: Bool
    let vault: Vault
    /// Counts the answers whose lines it writes.
    let fetches: FetchCounts
    /// Limits the lines that callers without a grant can cause.
    let refusals: RefusalCounter
    let time: any TimeSource
    private let logger: Logger
    private let state: Mutex<State>
    /// The serial queue for lines that are written afterwards.
    let queue = DispatchQueue(label: "audit trail")

    private struct State {
        var log: AuditLog?
        var isClosed = false
        /// Why nothing could be written.
        var failure: String?
        /// Events that happened and are not in the log yet.
        var late: AuditBacklog
    }

    private static let room = 4 << 20

    /// `nil` while it cannot be opened.
    var log: AuditLog? { state.withLock { $0.log } }

    init(
        _ directory: LogDirectory, of vault: Vault, syncsReads: Bool = false, fetches: FetchCounts = FetchCounts(),
        refusals: RefusalCounter = RefusalCounter(), time: any TimeSource, logger: Logger
    ) {
        self.directory = directory
        self.syncsReads = syncsReads
        self.vault = vault
        self.fetches = fetches
        self.refusals = refusals
        self.time = time
        self.logger = logger
        var late = AuditBacklog(room: Self.room)
        late.add(vault.unlogged)
        state = Mutex(State(late: late))
        vault.attach(self)
    }

    /// Opens the log and reads its newest file: do not call it on an event loop.
    func open() {
        guard state.withLock({ $0.log == nil && !$0.isClosed }) else { return }
        do {
            let logger = logger
            let log = try AuditLog.open(
                in: directory, key: try vault.auditKey(), anchor: vault.auditHead, time: time
            ) { [weak self] note in
                note.log(to: logger)
                if case .trouble(let words) = note { self?.save(words) }
            }
            let commit = try log.commit
            // Also checked when the vault was opened, but the log may not have been readable then.
            guard commit <= vault.commits else {
                throw AuditError(.ahead, "it has changes that the vault does not have: keyturn lock, keyturn unlock")
            }
            state.withLock { state in
                // Lines that a process wrote before it was killed, without telling the vault.
                state.late.drop(through: commit)
                state.log = log
                state.failure = nil
            }
            refusals.resume(used: log.refusedBytes, at: time.now.wall)
            flushSoon()
            pollRefusals()
        } catch {
            failed("\(error)")
            DispatchQueue.global().asyncAfter(deadline: .now() + 1) { [weak self] in self?.open() }
        }
    }

    // MARK: Written before

    /// Writes all events as the next lines, or none. Returns the number of the last line.
    @discardableResult
    func append(_ events: [AuditEvent]) throws(AuditError) -> Int {
        let log = try opened()
        let last: Int
        do throws(AuditError) { last = try log.append(events, at: time.now.wall) } catch {
            if error.code != .closed { failed("\(error)") }
            throw error
        }
        worked()
        return last
    }

    /// Calls `done` when the line with this number is on disk, or cannot be. Called once, on another thread.
    func whenSynced(_ sequence: Int, _ done: @escaping @Sendable (AuditError?) -> Void) {
        do throws(AuditError) {
            try opened().whenSynced(sequence) { [self] error in
                if let error { failed("\(error)") }
                done(error)
            }
        } catch {
            done(error)
        }
    }

    /// Writes an event, and returns when it is on disk.
    func record(_ event: AuditEvent) async throws(AuditError) {
        let log = try opened()
        do throws(AuditError) {
            try await log.record(event)
        } catch {
            if error.code != .closed { failed("\(error)") }
            throw error
        }
        worked()
    }

    private func opened() throws(AuditError) -> AuditLog {
        guard let log else { throw AuditError(.closed, "the audit log is not open") }
        return log
    }

    // MARK: Written afterwards

    var durable: LogPosition? { log?.durable }

    func enqueue(_ entry: AuditEntry) {
        state.withLock { $0.late.add(entry) }
        flushSoon()
    }

    /// Writes an event of the daemon's own actions; later if that is impossible now.
    func enqueue(_ event: AuditEvent) { enqueue(AuditEntry(event, at: time.now.wall)) }

    /// Returns when all earlier lines are on disk, and throws if they cannot be.
    func settled() async throws(AuditError) {
        // What others add meanwhile is theirs to wait for.
        let isWritten = await withCheckedContinuation { continuation in
            queue.async { [self] in continuation.resume(returning: flush()) }
        }
        guard isWritten else { throw AuditError(.closed, "the audit log cannot be written") }
        let log = try opened()
        try await log.synced(try log.sequence)
    }

    private func flushSoon() { queue.async { [weak self] in self?.flush() } }

    /// - Returns: whether every line that was late is written.
    @discardableResult
    private func flush() -> Bool {
        let (log, taken) = state.withLock { state -> (AuditLog?, AuditBacklog) in
            guard let log = state.log, !state.late.isEmpty else { return (nil, state.late) }
            let late = state.late
            state.late = AuditBacklog(room: Self.room)
            return (log, late)
        }
        guard let log else { return taken.isEmpty }
        FaultPoint.reach(.beforeLine)
        var late = taken
        do throws(AuditError) { try late.write(to: log) } catch {
            state.withLock { state in
                late.add(state.late)
                state.late = late
            }
            // An event after the end is in the vault, or is lost.
            if error.code != .closed { failed("\(error)") }
            return false
        }
        FaultPoint.reach(.afterLine)
        worked()
        return true
    }

    // MARK: Failures

    private func worked() {
        let (recovered, isBehind) = state.withLock { state in
            defer { state.failure = nil }
            return (state.failure != nil, !state.late.isEmpty)
        }
        if recovered { logger.notice("the audit log can be written again") }
        if recovered, isBehind { flushSoon() }
    }

    private func failed(_ reason: String) {
        let isNews = state.withLock { state in
            defer { state.failure = reason }
            return state.failure == nil
        }
        guard isNews else { return }
        logger.critical("the audit log cannot be written, so no answer with a secret is sent: \(reason)")
        tryAgainLater()
    }

    /// Retries until a line can be written, in case no request comes whose line would show it.
    private func tryAgainLater() {
        DispatchQueue.global().asyncAfter(deadline: .now() + 1) { [weak self] in
            guard let self, state.withLock({ $0.failure != nil && !$0.isClosed }) else { return }
            do throws(AuditError) { try append([AuditEvent(.init("log.resumed"), .done)]) } catch { tryAgainLater() }
        }
    }

    /// Why nothing can be written, so that no client gets a secret; a log that is not open yet is such a reason.
    var unavailability: String? { state.withLock { $0.failure ?? ($0.log == nil ? "it is being opened" : nil) } }

    /// The number of lines that are not on disk, in the log or not yet in it, and the age of the oldest in seconds.
    var lag: (lines: Int, seconds: Double) {
        let (written, late) = state.withLock { ($0.log?.lag ?? (lines: 0, seconds: 0), $0.late.lag(time.now.wall)) }
        return (written.lines + late.lines, max(written.seconds, late.seconds))
    }

    /// Closes the log, and makes the vault record its end.
    /// - Parameter last: the last line.
    func close(with last: AuditEvent) async {
        let log = await withCheckedContinuation { continuation in
            queue.async { [self] in
                writeRefusals(isLast: true)
                enqueue(last)
                flush()
                continuation.resume(
                    returning: state.withLock { state in
                        state.isClosed = true
                        return state.log
                    })
            }
        }
        guard let log else { return }
        await log.close()
        do throws(VaultError) {
            if let trouble = log.trouble { try await vault.save(auditTrouble: trouble) }
            try await vault.saveAuditHead()
        } catch {
            logger.warning("the vault does not know where the audit log ends: \(error)")
        }
    }
}
