package import Domain
package import SecretMemory
package import Vault

/// A rotation in any state.
package enum RotationState: Sendable {
    case planned(Planned)
    case intended(Intended)
    case lostResponse(LostResponse)
    case received(Received)
    case verified(Verified)
    case current(Current)
    case published(Published)
    case draining(Draining)
    case blocked(Blocked)
    case retired(Ended)
    case refused(Ended)
    case aborted(Ended)

    package var facts: Rotation { phase.facts }

    private var phase: any TypedPhase {
        switch self {
        case .planned(let phase): phase
        case .intended(let phase): phase
        case .lostResponse(let phase): phase
        case .received(let phase): phase
        case .verified(let phase): phase
        case .current(let phase): phase
        case .published(let phase): phase
        case .draining(let phase): phase
        case .blocked(let phase): phase
        case .retired(let phase): phase
        case .refused(let phase): phase
        case .aborted(let phase): phase
        }
    }

    /// The state with a secret from the operator; `nil` in states that cannot accept one.
    package func accepting(_ secret: SecretBox, oldExpiresBy: Timestamp, at now: Timestamp) -> Received? {
        switch self {
        case .planned(let planned): planned.accept(secret, oldExpiresBy: oldExpiresBy, at: now)
        case .intended(let intended): intended.accept(secret, oldExpiresBy: oldExpiresBy, at: now)
        case .lostResponse(let lost): lost.accept(secret, oldExpiresBy: oldExpiresBy, at: now)
        case .received(let received): received.accept(secret, oldExpiresBy: oldExpiresBy, at: now)
        case .verified(let verified): verified.accept(secret, oldExpiresBy: oldExpiresBy, at: now)
        // After the promotion another secret belongs to another rotation: see `Supersession`.
        case .blocked(let blocked) where blocked.facts.promotedAt == nil:
            blocked.accept(secret, oldExpiresBy: oldExpiresBy, at: now)
        default: nil
        }
    }

    /// The state with an answer of Zoom that was found outside of the vault; `nil` in states that cannot accept one.
    package func finding(_ answer: SecretBox, at now: Timestamp) -> RotationState? {
        switch self {
        case .intended(let intended): .received(intended.receive(answer, at: now))
        case .lostResponse(let lost): .received(lost.receive(answer, at: now))
        case .blocked(let blocked) where blocked.facts.promotedAt == nil: .received(blocked.receive(answer, at: now))
        default: nil
        }
    }
}
