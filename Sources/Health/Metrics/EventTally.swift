package import Rotation
import Synchronization
package import Tokens
import Vault

/// How often what happened, since the daemon started: few things, each of which takes a request to Zoom, so that a lock
/// costs nothing.
package final class EventTally: Sendable {
    package struct Counts: Equatable, Sendable {
        var minted = 0
        /// By cause, such as `invalid_client`.
        var failures: [String: Int] = [:]
        /// How often a rotation came into each state.
        var states: [Rotation.Phase: Int] = [:]
    }

    /// Causes are stable words of the source; this only holds what a mistake could cost.
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
