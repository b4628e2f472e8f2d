import Domain

extension Rotation {
    /// What a wait is measured by. Asking Zoom again and again is one stage, however often the phase goes to and fro.
    package enum Stage: Equatable, Sendable {
        case asking, askingAgain
        case later(Phase)
    }

    package var stage: Stage {
        switch phase {
        case .planned, .intended, .lostResponse: lostAt == nil ? .asking : .askingAgain
        case .received, .verified, .current, .published, .draining, .retired, .refused, .aborted, .blocked:
            .later(phase)
        }
    }

    /// The same, with when it came into its stage. Noted by the commit, so that no transition can forget it.
    /// - Parameter known: the facts before.
    func stamped(after known: Rotation?, at now: Timestamp) -> Rotation {
        var stamped = self
        stamped.enteredAt =
            if let known, known.id == id, known.stage == stage { known.enteredAt } else { now }
        return stamped
    }
}
