import Audit
import Domain
import Logging
import Rotation
import Synchronization
import Vault

/// Completes a change of the vault's keys in the background: reseals rows of older epochs, and spool files with older key
/// slots. It starts from what it finds, so it continues automatically after a lock or a crash.
final class ResealJob: Sendable {
    /// The rows to reseal in one commit. Other commits come in between.
    static let batch = 32
    /// Seconds until a failed step is retried.
    private static let pause = 60

    private struct State {
        var work: Task<Void, Never>?
        var isStopped = false
        var progress: Resealing?
        var trouble: String?
        /// In seconds of the boot clock.
        var next = 0
        /// The key revision with which the spool was last found up to date.
        var spoolRevision: Int?
    }

    private let vault: Vault
    private let engine: RotationEngine
    private let time: any TimeSource
    private let logger: Logger
    private let state = Mutex(State())

    init(vault: Vault, engine: RotationEngine, time: any TimeSource, logger: Logger) {
        (self.vault, self.engine, self.time, self.logger) = (vault, engine, time, logger)
    }

    /// The progress with rows; `nil` when all are in the newest epoch.
    var progress: Resealing? {
        vault.hasOldEpochs ? state.withLock { $0.progress } ?? Resealing(rows: 0, done: 0) : nil
    }

    /// Why it does not continue.
    var trouble: String? { state.withLock { $0.trouble } }

    /// Begins a new epoch, and starts resealing.
    func rotate(recording event: AuditEvent?) async throws(VaultError) {
        KeyFaultPoint.reach(.beforeEpoch)
        try await vault.beginEpoch(recording: event)
        KeyFaultPoint.reach(.afterEpoch)
        logger.notice("the vault's key is rotated", metadata: ["epoch": "\(vault.keyEpoch)"])
        let progress = try? await vault.resealing()
        state.withLock { state in
            state.progress = progress
            state.next = 0
        }
        poll()
    }

    /// Starts the work if there is any. Called once a second.
    func poll() {
        let now = time.now.boot
        state.withLock { state in
            guard state.work == nil, !state.isStopped, now >= state.next else { return }
            guard vault.hasOldEpochs || state.spoolRevision != vault.keyRevision else { return }
            state.work = Task { await self.work() }
        }
    }

    /// Returns when no work is running; the next session does the rest.
    func stop() async {
        let work = state.withLock { state in
            state.isStopped = true
            return state.work
        }
        await work?.value
    }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    private func work() async {
        var trouble: String?
        do {
            let revision = vault.keyRevision
            let isRenewed = await engine.renewSpool()
            if isRenewed { state.withLock { $0.spoolRevision = revision } }
            if vault.hasOldEpochs { try await reseal() }
            if !isRenewed { trouble = "an answer in the spool could not be encrypted with the new keys yet" }
        } catch {
            // After a lock, the work continues when the vault is unlocked again.
            if error.code != .closed { trouble = error.detail }
        }
        let isNews = state.withLock { state in
            defer { state.trouble = trouble }
            state.work = nil
            state.next = trouble == nil ? 0 : time.now.boot + Self.pause
            return trouble != nil && trouble != state.trouble
        }
        if isNews, let trouble { logger.error("the rotation of the vault's key waits: \(trouble)") }
    }

    private func reseal() async throws(VaultError) {
        let found = try await vault.resealing()
        state.withLock { $0.progress = found }
        var cursor: ResealCursor? = ResealCursor()
        while let from = cursor {
            if isStopped { return }
            KeyFaultPoint.reach(.beforeReseal)
            let (changed, next) = try await vault.reseal(from: from, limit: Self.batch)
            if changed > 0 { KeyFaultPoint.reach(.afterReseal) }
            state.withLock { state in
                guard let progress = state.progress else { return }
                state.progress?.done = min(progress.done + changed, progress.rows)
            }
            cursor = next
        }
        // An answer that was being written to a file when the epoch began is still in the old one.
        guard await engine.renewSpool() else {
            throw VaultError(.busy, "an answer in the spool could not be encrypted with the new key yet")
        }
        KeyFaultPoint.reach(.beforeDrop)
        try await vault.dropOldEpochs()
        KeyFaultPoint.reach(.afterDrop)
        state.withLock { $0.progress = nil }
        logger.notice(
            "all rows are encrypted with the vault's new key, and the old key is deleted",
            metadata: ["epoch": "\(vault.keyEpoch)", "rows": "\(found.rows)"])
    }
}
