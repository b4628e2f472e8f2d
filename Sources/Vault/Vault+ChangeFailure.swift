package import Domain
import Synchronization

/// Why the vault accepts no change at this time.
package struct ChangeFailure: Sendable {
    package let error: VaultError
    /// When the first of these changes failed.
    package let since: Timestamp

    /// Whether the vault would fail any other change as well: its store failed, or its rows are not what they were.
    static func isGeneral(_ error: VaultError) -> Bool {
        switch error.code {
        case .store(.closed): false
        case .store, .damaged: true
        case .exists, .notFound, .busy, .ended, .refused, .wrongKey, .mistyped, .unfit, .rolledBack, .closed, .library:
            false
        }
    }

    /// Damage is not undone by a change that did not meet it: the next start would.
    var outlastsSuccess: Bool {
        switch error.code {
        case .damaged, .store(.damaged), .store(.notAVault): true
        default: false
        }
    }
}

extension Vault {
    /// How often a change shows that changes are accepted, in seconds; and after one that was not.
    private static let proofs = (usual: 3600, afterFailure: 60)

    /// The last failure, until a change succeeds; damage, until the vault is opened again.
    package var changeFailure: ChangeFailure? { outcome.withLock { $0.failure } }

    /// For how many seconds changes have hung; `nil` when they do not.
    package var changesHang: Int? { outcome.withLock { $0.stuck(steadySeconds()) } }

    func record(_ error: VaultError?) {
        let now = time.now
        outcome.withLock { outcome in
            guard let error else {
                outcome.proven = now.boot
                if outcome.failure?.outlastsSuccess == false { outcome.failure = nil }
                return
            }
            guard ChangeFailure.isGeneral(error), outcome.failure?.outlastsSuccess != true else { return }
            outcome.failure = ChangeFailure(error: error, since: outcome.failure?.since ?? now.wall)
        }
    }

    /// Makes an empty change if there was none for an hour: a vault that accepts none must be known before the next
    /// rotation needs it.
    package func proveChanges() async {
        let now = time.now.boot
        let isDue = outcome.withLock { outcome in
            let pause = outcome.failure == nil ? Self.proofs.usual : Self.proofs.afterFailure
            guard let last = outcome.proven, now - last < pause else {
                defer { outcome.proven = now }
                return outcome.proven != nil
            }
            return false
        }
        if isDue, !isOwnedElsewhere { try? await change { _ in } }
    }
}

/// What became of the last changes.
struct ChangeOutcome {
    /// A change takes milliseconds, and a step of a backup before it as well; in seconds.
    static let patience = 30

    var failure: ChangeFailure?
    /// When the last change succeeded or was tried for proof, in seconds of the boot clock.
    var proven: Int?
    private var running = 0
    /// When a change last ended, or the first of those that run began.
    private var moved = 0

    /// - Parameter now: in seconds of a clock that nobody sets, and that stands still while the machine sleeps.
    mutating func begin(_ now: Int) {
        if running == 0 { moved = now }
        running += 1
    }

    mutating func end(_ now: Int) {
        running -= 1
        moved = now
    }

    /// For how many seconds no change has ended, although some run; `nil` when that is usual.
    func stuck(_ now: Int) -> Int? { running > 0 && now - moved >= Self.patience ? now - moved : nil }
}

/// Seconds of a clock that nobody sets.
func steadySeconds() -> Int { Int((SuspendingClock.now - steadyOrigin).components.seconds) }
private let steadyOrigin = SuspendingClock.now
