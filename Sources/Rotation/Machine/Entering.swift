import SecretMemory
import Times
import Vault

/// The facts of a next state. Only the transitions make states of them.
extension Rotation {
    /// The facts as they are in another phase. What was tried in the last one is counted anew.
    func entering(
        _ phase: Phase, due: Timestamp?, reason: String? = nil, _ change: (inout Rotation) -> Void = { _ in }
    ) -> Rotation {
        var next = self
        if phase != self.phase { next.attempts = 0 }
        next.phase = phase
        next.due = due
        next.reason = reason
        next.resumesAt = nil
        change(&next)
        return next
    }

    /// With a new secret that the operator brought; what Zoom may have answered before is of no use any more.
    func given(_ secret: SecretBox, at now: Timestamp) -> Rotation {
        entering(.escrowed, due: now) {
            $0.candidate = secret
            $0.answer = nil
        }
    }

    func losing(
        at now: Timestamp, _ reason: String, _ change: (inout Rotation) -> Void = { _ in }
    ) -> Rotation {
        entering(.lostResponse, due: now, reason: reason) {
            $0.lostAt = $0.lostAt ?? now
            change(&$0)
        }
    }

    func ended(_ phase: Phase, _ now: Timestamp, _ reason: String?) -> Rotation {
        entering(phase, due: nil, reason: reason) { $0.endedAt = now }
    }

    func held(resumesAt phase: Phase, _ reason: String) -> Rotation {
        entering(.held, due: nil, reason: reason) { $0.resumesAt = phase }
    }
}
