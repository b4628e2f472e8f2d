import Audit
import Dispatch
import Logging
import Rotation
import Synchronization
import Times
import Tokens
import Vault

/// The audit log of an unlocked vault. While it cannot be opened it takes nothing, and is tried again each second.
final class AuditTrail: Sendable {
    let directory: LogDirectory
    private let vault: Vault
    private let time: any TimeSource
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        var log: AuditLog?
        var isClosed = false
        /// Why nothing could be written.
        var failure: String?
        /// What was done by the daemon itself and could not be logged yet, oldest first.
        var late: [AuditEvent] = []
    }

    /// How many events wait for the log at most; the oldest are kept.
    private static let mostLate = 10_000

    init(_ directory: LogDirectory, of vault: Vault, time: any TimeSource, logger: Logger) {
        self.directory = directory
        self.vault = vault
        self.time = time
        self.logger = logger
    }

    /// Reads the newest file of the log: not for an event loop.
    func open() {
        guard state.withLock({ $0.log == nil && !$0.isClosed }) else { return }
        do {
            let logger = logger
            let log = try AuditLog.open(
                in: directory, key: try vault.auditKey(), anchor: vault.auditHead, time: time
            ) { $0.log(to: logger) }
            // Looked at when the vault was opened; but the log may not have been readable then.
            guard try log.commit <= vault.commits else {
                throw AuditError(.ahead, "it tells of changes that the vault has not: keyturn lock, keyturn unlock")
            }
            vault.keepAuditHead { log.durableHead }
            state.withLock { state in
                state.log = log
                state.failure = nil
            }
            flush()
        } catch {
            failed("\(error)")
            DispatchQueue.global().asyncAfter(deadline: .now() + 1) { [weak self] in self?.open() }
        }
    }

    func openOffThePool() async { try? await offThePool { [self] in open() } }

    /// Writes the events as the next lines, all or none.
    func append(_ events: [AuditEvent]) throws(AuditError) {
        guard let log = state.withLock({ $0.log }) else { throw AuditError(.closed, "the audit log is not open") }
        do throws(AuditError) {
            try log.append(events, at: time.now.wall)
        } catch {
            if error.code != .closed { failed("\(error)") }
            throw error
        }
        flush(isWorking: true)
    }

    /// Writes an event, and returns when it is on disk.
    func record(_ event: AuditEvent) async throws(AuditError) {
        guard let log = state.withLock({ $0.log }) else { throw AuditError(.closed, "the audit log is not open") }
        do throws(AuditError) {
            try await log.record(event)
        } catch {
            if error.code != .closed { failed("\(error)") }
            throw error
        }
        flush(isWorking: true)
    }

    /// Writes what the daemon did by itself; later, when that cannot be now.
    func note(_ event: AuditEvent) {
        state.withLock { if $0.late.count < Self.mostLate { $0.late.append(event) } }
        flush()
    }

    private func flush(isWorking: Bool = false) {
        let (log, late, recovered) = state.withLock { state -> (AuditLog?, [AuditEvent], Bool) in
            let recovered = isWorking && state.failure != nil
            if recovered { state.failure = nil }
            guard let log = state.log, !state.late.isEmpty else { return (nil, [], recovered) }
            let late = state.late
            state.late = []
            return (log, late, recovered)
        }
        if recovered { logger.notice("the audit log can be written again") }
        guard let log else { return }
        do throws(AuditError) { try log.append(late, at: time.now.wall) } catch {
            state.withLock { $0.late = late + $0.late }
            failed("\(error)")
        }
    }

    private func failed(_ reason: String) {
        let isNews = state.withLock { state in
            defer { state.failure = reason }
            return state.failure == nil
        }
        guard isNews else { return }
        logger.critical("the audit log cannot be written: nothing with a secret is answered: \(reason)")
        tryAgainLater()
    }

    /// Until a line can be written: nobody may be asking meanwhile whose line would show it.
    private func tryAgainLater() {
        DispatchQueue.global().asyncAfter(deadline: .now() + 1) { [weak self] in
            guard let self, state.withLock({ $0.failure != nil && !$0.isClosed }) else { return }
            do throws(AuditError) { try append([AuditEvent(.init("log.resumed"), .done)]) } catch { tryAgainLater() }
        }
    }

    /// Whether nothing can be written.
    var isUnavailable: Bool { state.withLock { $0.failure != nil || $0.log == nil } }

    /// What somebody did to the log's files, in words.
    var trouble: String? { state.withLock { $0.log }?.trouble }

    /// Reads all of the log again.
    func verify(from: Int?) async throws -> AuditVerifier.Report {
        let log = state.withLock { $0.log }
        let anchor = log?.durableHead ?? vault.auditHead
        return try await offThePool { [directory, vault] in
            try AuditVerifier.verify(directory, key: try vault.auditKey(), anchor: anchor, from: from)
        }
    }

    func lines(_ query: AuditQuery) async throws -> [AuditQuery.Line] {
        try await offThePool { [directory] in try query.run(in: directory) }
    }

    /// Takes nothing more, and has the vault keep where the log ends.
    func close() async {
        let log = state.withLock { state in
            state.isClosed = true
            return state.log
        }
        guard let log else { return }
        flush()
        await log.close()
        do throws(VaultError) { try await vault.keepAuditHead() } catch {
            logger.warning("the vault does not know where the audit log ends: \(error)")
        }
    }
}

private func offThePool<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Swift.Result { try body() }) }
    }
}

extension AuditNote {
    fileprivate func log(to logger: Logger) {
        switch self {
        case .torn(let path, let bytes):
            logger.notice("a crash had left the beginning of a line in \(path), \(bytes) bytes, which was taken off")
        case .trouble(let words):
            logger.critical("the audit log is not as it was written: \(words); try: keyturn audit verify")
        }
    }
}
