package import Domain

extension Rotation {
    /// The unit in which waits are measured. Repeated attempts at Zoom are one stage, even if the phase changes back and
    /// forth.
    package enum Stage: Equatable, Sendable {
        case asking, askingAgain
        case later(RotationPhase)
    }

    package var stage: Stage {
        switch phase {
        case .planned, .intended, .lostResponse: lostAt == nil ? .asking : .askingAgain
        case .received, .verified, .current, .published, .draining, .retired, .refused, .aborted, .blocked:
            .later(phase)
        }
    }

    /// A copy with the time at which it entered its stage. Set by the commit, so that no transition can forget it.
    /// - Parameter known: the facts before.
    func stamped(after known: Rotation?, at now: Timestamp) -> Rotation {
        var stamped = self
        stamped.enteredAt =
            if let known, known.id == id, known.stage == stage { known.enteredAt } else { now }
        return stamped
    }
}
