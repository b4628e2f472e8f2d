import Domain
package import Rotation
import Synchronization
package import Tokens
import Vault

/// Counts events since the daemon started. Each event costs a request to Zoom, so they are rare and the lock does not
/// matter.
package final class EventTally: Sendable {
    package struct Counts: Equatable, Sendable {
        var minted = 0
        /// By cause, such as `invalid_client`.
        var failures: [String: Int] = [:]
        /// How many times a rotation entered each state.
        var states: [RotationPhase: Int] = [:]
    }

    /// Causes are constants of the source code; this only limits the effect of a mistake.
    private static let mostCauses = 64
    private let state = Mutex(Counts())

    package init() {}

    package var counts: Counts { state.withLock { $0 } }

    package func note(_ event: TokenEvent) {
        state.withLock { counts in
            switch event {
            case .minted: counts.minted += 1
            case .failed(_, let failure):
                let isKnown = counts.failures[failure.cause] != nil || counts.failures.count < Self.mostCauses
                counts.failures[isKnown ? failure.cause : "other", default: 0] += 1
            case .notKept: break
            }
        }
    }

    package func note(_ event: RotationEvent) {
        guard case .moved(_, let rotation) = event else { return }
        state.withLock { $0.states[rotation.phase, default: 0] += 1 }
    }
}
