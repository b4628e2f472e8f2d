package import Domain
import SecretMemory
package import Vault

/// The facts of the next state. Only the transitions create states from them.
extension Rotation {
    /// The same facts in another phase. Attempts are counted from zero again.
    func entering(
        _ phase: RotationPhase, due: Timestamp?, reason: FailureReason? = nil,
        _ change: (inout Rotation) -> Void = { _ in }
    ) -> Rotation {
        var next = self
        if phase != self.phase { next.attempts = 0 }
        next.phase = phase
        next.due = due
        (next.reason, next.trackingID) = (reason?.text, reason?.trackingID)
        next.resumesAt = nil
        change(&next)
        return next
    }

    /// With a new secret from the operator; any earlier answer of Zoom is no longer needed.
    ///
    /// - Parameter oldExpiresBy: the latest time at which the old secret expires, if no expiry was requested from Zoom.
    func given(_ secret: SecretBox, oldExpiresBy: Timestamp, at now: Timestamp) -> Rotation {
        entering(.received, due: now) {
            $0.candidate = secret
            $0.entered = nil
            $0.answer = nil
            // The ID is that of another secret.
            ($0.callToken, $0.secretID) = (nil, nil)
            $0.baseState = .unknown
            // The answer of a pending call is no longer waited for.
            if self.phase == .intended { $0.lostAt = $0.lostAt ?? now }
            $0.revokeAt = $0.revokeAt ?? oldExpiresBy
        }
    }

    /// With an answer of Zoom that has not been read yet.
    func answered(_ answer: SecretBox, at now: Timestamp) -> Rotation {
        entering(.received, due: now) {
            $0.answer = answer
            ($0.candidate, $0.callToken, $0.secretID, $0.baseState) = (nil, nil, nil, nil)
        }
    }

    /// With a call for a new secret that is about to be made. Earlier attempts still count.
    func asking(_ call: Call, with token: CallToken, revokeAt: Timestamp) -> Rotation {
        entering(.intended, due: call.at) {
            $0.revokeAt = revokeAt
            $0.calls.append(call)
            $0.callToken = token
            $0.attempts = attempts
            // In an emergency the operator wants the old secret revoked, and Zoom's schedule is that of this call.
            if endsNow { $0.isRestored = false }
        }
    }

    /// The last call certainly changed nothing.
    /// - Parameter isAsked: whether Zoom may have received the request; if not, it is no longer counted.
    func concluded(isAsked: Bool) -> Rotation {
        var facts = self
        facts.callToken = nil
        if !isAsked { facts.calls.removeLast() }
        return facts
    }

    /// Zoom said what it thinks of the old secret; or could not be asked, if the state is `unknown`. There is no overlap
    /// with a secret that it refuses.
    mutating func settleBase(_ state: BaseState?, at now: Timestamp) {
        baseState = state
        if state == .refused { revokeAt = min(revokeAt ?? now, now) }
    }

    func losing(
        at now: Timestamp, _ reason: FailureReason, _ change: (inout Rotation) -> Void = { _ in }
    ) -> Rotation {
        entering(.lostResponse, due: now, reason: reason) {
            $0.lostAt = $0.lostAt ?? now
            change(&$0)
        }
    }

    func ended(_ phase: RotationPhase, _ now: Timestamp, _ reason: FailureReason?) -> Rotation {
        entering(phase, due: nil, reason: reason) { ($0.endedAt, $0.callToken) = (now, nil) }
    }

    func blocked(resumesAt phase: RotationPhase, _ reason: FailureReason) -> Rotation {
        entering(.blocked, due: nil, reason: reason) { $0.resumesAt = phase }
    }
}

extension Rotation {
    /// Why it is in its state, with the ID of the call that failed.
    var failure: FailureReason? { reason.map { FailureReason($0, trackingID: trackingID) } }

    /// All changes that Zoom may count.
    package var allCalls: [Timestamp] { calls.map(\.at) + otherCalls }

    /// Whether Zoom may have received a request to revoke the old secret in this rotation.
    var wasAskedToEnd: Bool { promotedAt.map { since in otherCalls.contains { $0 >= since } } ?? false }

    /// Whether every fact is the same.
    func isUnchanged(since other: Rotation) -> Bool {
        phase == other.phase && due == other.due && attempts == other.attempts && calls == other.calls
            && otherCalls == other.otherCalls && revokeAt == other.revokeAt && reason == other.reason
            && lostAt == other.lostAt && resumesAt == other.resumesAt && answer === other.answer
            && candidate === other.candidate && entered === other.entered && overlap == other.overlap
            && endsNowSince == other.endsNowSince && successor == other.successor && secretID == other.secretID
            && baseState == other.baseState && ending == other.ending && servedExpires == other.servedExpires
            && callToken?.accessToken === other.callToken?.accessToken
    }
}
