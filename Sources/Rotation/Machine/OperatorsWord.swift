package import Domain
package import SecretMemory
package import Vault

/// The effect of an operator's request on a running rotation, whatever it waits for.
extension RotationState {
    /// Ends the overlap, once the new secret is live; `nil` before.
    package func finishing(at now: Timestamp) -> RotationState? {
        guard facts.promotedAt != nil, !facts.phase.isFinal else { return nil }
        var next = facts.onward(at: now)
        next.endsNowSince = next.endsNowSince ?? now
        return RotationState(next)
    }

    /// For an emergency: ends the overlap of a running rotation, or continues it without one. If that does not revoke the
    /// present secret at Zoom, another rotation with the ID `successor` follows.
    package func hurrying(at now: Timestamp, successor: String) -> RotationState? {
        guard !facts.phase.isFinal else { return nil }
        let isHurried = facts.endsNowSince.map { $0 <= facts.promotedAt ?? $0 } ?? false
        var next = facts.onward(at: now)
        next.endsNowSince = next.endsNowSince ?? now
        if facts.promotedAt == nil { next.overlap = 0 }
        // An earlier request of this kind already covers it, unless Zoom does not do what it says.
        let endsIt = facts.endsOldSecret && (isHurried || facts.promotedAt == nil) && !facts.isEndIgnored
        if !endsIt, next.successor == nil { next.successor = successor }
        return RotationState(next)
    }
}

extension Current {
    /// Continues without a target on an operator's request; the target gets the new secret later.
    package func passOver(at now: Timestamp, reason: FailureReason) -> RotationState {
        RotationState(facts.entering(.published, due: now, reason: reason))
    }
}

extension RotationState {
    /// Zoom said whether it still accepts the old secret, after the new one became current.
    package func settling(base: Rotation.BaseState, at now: Timestamp) -> RotationState {
        var facts = facts
        facts.settleBase(base, at: now)
        facts.due = now
        return RotationState(facts)
    }
}

extension Received {
    /// Zoom refuses a secret that was entered by hand, and no request for a new one was made: nothing was changed.
    package func refuse(at now: Timestamp, reason: FailureReason) -> RotationState {
        var facts = facts.ended(.refused, now, "Zoom refuses the secret that was entered: \(reason)")
        (facts.candidate, facts.revokeAt) = (nil, nil)
        return RotationState(facts)
    }
}

/// A rotation whose new secret is live ends, and its successor has a secret that was entered by hand and that Zoom has
/// just accepted. No old secret is revoked at Zoom: each one expires.
package struct Supersession: Sendable {
    package let ended: Rotation
    package let next: Rotation

    /// `nil` before the new secret is live.
    /// - Parameter reason: why, if the operator did not enter the secret.
    package init?(
        of state: RotationState, of app: App, by secret: SecretBox, id: String, overlap: Int, oldExpiresBy: Timestamp,
        because reason: FailureReason? = nil, at now: Timestamp
    ) {
        let facts = state.facts
        guard facts.promotedAt != nil, !facts.phase.isFinal else { return nil }
        var planned = Rotation.planned(
            id: id, app: app, base: facts.target, trigger: .manual, overlap: overlap, at: now)
        planned.otherCalls = facts.allCalls
        // Clients with the oldest secret are waited for only until it expires.
        // They are given its original end, even if Zoom was asked to revoke it in two minutes: the deadline is also that of
        // clients with the newer one.
        let known = [facts.revokeAt, facts.servedExpires].compactMap(\.self).min()
        planned.revokeAt = known.map { min($0, oldExpiresBy) }
        guard
            let next = RotationState(planned).accepting(secret, oldExpiresBy: oldExpiresBy, at: now)?.verify(
                at: now, because: reason)
        else {
            return nil
        }
        var ended = facts.ended(.retired, now, reason ?? "superseded by a secret entered by hand")
        (ended.entered, ended.successor, ended.revokeAt) = (nil, id, facts.oldExpires)
        self.ended = ended
        self.next = next.facts
    }
}

extension Rotation {
    /// Whether it is blocked because a target refused the new secret, which is live.
    var isBlockedByTarget: Bool { phase == .blocked && resumesAt == .current }

    /// Continues at once from where it waits.
    func onward(at now: Timestamp) -> Rotation {
        if phase == .blocked { return entering(resumesAt ?? .lostResponse, due: now) }
        var next = self
        next.due = now
        return next
    }
}
