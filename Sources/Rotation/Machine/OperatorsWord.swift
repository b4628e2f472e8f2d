package import Domain
package import SecretMemory
package import Vault

/// What an operator's word makes of a rotation that is under way, whatever it waits for.
extension RotationState {
    /// With its overlap over, once the new secret is live; `nil` before.
    package func finishing(at now: Timestamp) -> RotationState? {
        guard facts.promotedAt != nil, !facts.phase.isFinal else { return nil }
        var next = facts.onward(at: now)
        next.endsNowSince = next.endsNowSince ?? now
        return RotationState(next)
    }

    /// For an incident: what is under way is finished, or carried on without an overlap; and where that does not end the
    /// secret that is handed out now at Zoom, another rotation follows, of this id.
    package func hurrying(at now: Timestamp, successor: String) -> RotationState? {
        guard !facts.phase.isFinal else { return nil }
        let isHurried = facts.endsNowSince.map { $0 <= facts.promotedAt ?? $0 } ?? false
        var next = facts.onward(at: now)
        next.endsNowSince = next.endsNowSince ?? now
        if facts.promotedAt == nil { next.overlap = 0 }
        // What an earlier word of this kind has begun does it already.
        let endsIt = facts.endsOldSecret && (isHurried || facts.promotedAt == nil)
        if !endsIt, next.successor == nil { next.successor = successor }
        return RotationState(next)
    }
}

extension Current {
    /// On without a target, at the operator's word: it gets the new secret later.
    package func passOver(at now: Timestamp, reason: String) -> RotationState {
        RotationState(facts.entering(.published, due: now, reason: reason))
    }
}

extension Received {
    /// Zoom refuses a secret that was entered by hand, and was asked for nothing: nothing was changed.
    package func refuse(at now: Timestamp, reason: String) -> RotationState {
        var facts = facts.ended(.refused, now, "zoom refuses the secret that was entered: \(reason)")
        (facts.candidate, facts.revokeAt) = (nil, nil)
        return RotationState(facts)
    }
}

/// A rotation whose new secret is live gives way to one whose secret was made by hand, and which Zoom took just now. Of the
/// old secrets nothing is asked of Zoom: each dies at its time.
package struct Supersession: Sendable {
    package let ended: Rotation
    package let next: Rotation

    /// `nil` before the new secret is live.
    package init?(
        of state: RotationState, of app: App, by secret: SecretBox, id: String, overlap: Int, oldDiesBy: Timestamp,
        at now: Timestamp
    ) {
        let facts = state.facts
        guard facts.promotedAt != nil, !facts.phase.isFinal else { return nil }
        var planned = Rotation.planned(
            id: id, app: app, base: facts.target, trigger: .manual, overlap: overlap, at: now)
        planned.otherCalls = facts.allCalls
        // Whoever has the oldest secret is waited for no longer than it lives.
        planned.revokeAt = facts.revokeAt.map { min($0, oldDiesBy) }
        guard let next = RotationState(planned).accepting(secret, oldDiesBy: oldDiesBy, at: now)?.verify(at: now) else {
            return nil
        }
        var ended = facts.ended(.retired, now, "superseded by a secret entered by hand")
        (ended.entered, ended.successor) = (nil, id)
        self.ended = ended
        self.next = next.facts
    }
}

extension Rotation {
    /// Whether it waits for the operator because a target refused the new secret, which is live.
    var isBlockedByTarget: Bool { phase == .blocked && resumesAt == .current }

    /// On from where it waits, at once.
    func onward(at now: Timestamp) -> Rotation {
        if phase == .blocked { return entering(resumesAt ?? .lostResponse, due: now) }
        var next = self
        next.due = now
        return next
    }
}
