import Audit
import Domain
import Logging
import Rotation
import Synchronization
import Vault

/// What a change of the vault's keys leaves to be done, in the background: rows of older epochs, and answers in the spool
/// that older ways in would open. It goes by what is there, so that it goes on by itself after a lock or a crash.
final class ResealJob: Sendable {
    /// How many rows are sealed in one commit. Other commits come in between.
    static let batch = 32
    /// Seconds until it is tried again what could not be done.
    private static let pause = 60

    private struct State {
        var work: Task<Void, Never>?
        var isStopped = false
        var progress: Resealing?
        var trouble: String?
        /// On the boot clock.
        var next = 0
        /// The keys that the spool was last found to be up to date with.
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

    /// How far the rows are; `nil` when all are in the newest epoch.
    var progress: Resealing? {
        vault.hasOldEpochs ? state.withLock { $0.progress } ?? Resealing(rows: 0, done: 0) : nil
    }

    /// Why it does not go on.
    var trouble: String? { state.withLock { $0.trouble } }

    /// Begins a new epoch, and what follows from it.
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
        look()
    }

    /// Looks whether there is something to do, and begins it. Called once a second.
    func look() {
        let now = time.now.boot
        state.withLock { state in
            guard state.work == nil, !state.isStopped, now >= state.next else { return }
            guard vault.hasOldEpochs || state.spoolRevision != vault.keyRevision else { return }
            state.work = Task { await self.work() }
        }
    }

    /// Returns when nothing is under way any more; what is left is for the next session.
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
            // A vault that was locked goes on when it is opened again.
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
        // An answer that was on its way into a file when the epoch began is in the old one.
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
