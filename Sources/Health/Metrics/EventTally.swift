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
        var failures: [ZoomCause: Int] = [:]
        /// How many times a rotation entered each state.
        var states: [RotationPhase: Int] = [:]
    }

    private let state = Mutex(Counts())

    package init() {}

    package var counts: Counts { state.withLock { $0 } }

    package func record(_ event: TokenEvent) {
        state.withLock { counts in
            switch event {
            case .minted: counts.minted += 1
            case .failed(_, let failure): counts.failures[failure.cause, default: 0] += 1
            case .notSaved: break
            }
        }
    }

    package func record(_ event: RotationEvent) {
        guard case .moved(_, let rotation) = event else { return }
        state.withLock { $0.states[rotation.phase, default: 0] += 1 }
    }
}
