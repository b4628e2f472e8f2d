package import Domain
package import Vault

/// Both secrets work, until the old one is revoked.
package struct Draining: TypedPhase {
    package let facts: Rotation
    init(_ facts: Rotation) { self.facts = facts }

    package func wait(until due: Timestamp, reason: FailureReason?) -> Draining {
        Draining(facts.entering(.draining, due: due, reason: reason))
    }

    /// Zoom is about to be asked to revoke the old secret at a time shortly ahead. Committed before the call, which counts
    /// for Zoom's throttle.
    /// - Parameter due: when Zoom is asked whether it did.
    package func end(_ call: Rotation.Call, with token: CallToken, at expires: Timestamp, due: Timestamp) -> Draining {
        Draining(
            facts.entering(.draining, due: due, reason: "Zoom is being asked to revoke the old secret at \(expires)") {
                ($0.ending, $0.callToken) = (Rotation.Ending(call: call, expires: expires), token)
                $0.otherCalls.append(call.at)
            })
    }

    /// Zoom answered that it revokes the old secret at the requested time.
    package func confirm(due: Timestamp) -> Draining {
        let reason = facts.ending.map { FailureReason("Zoom revokes the old secret at \($0.expires)") }
        return Draining(
            facts.entering(.draining, due: due, reason: reason) {
                $0.ending?.isConfirmed = true
                ($0.callToken, $0.attempts) = (nil, 0)
            })
    }

    /// Zoom still accepts the old secret, although it said that it revokes it.
    package func lookAgain(until due: Timestamp, reason: FailureReason) -> Draining {
        Draining(facts.entering(.draining, due: due, reason: reason) { $0.attempts += 1 })
    }

    /// The request certainly changed nothing, and cannot any more.
    /// - Parameter isAsked: `false` if it certainly did not reach Zoom, and so does not count.
    package func withdraw(until due: Timestamp, reason: FailureReason, isAsked: Bool = true) -> Draining {
        Draining(
            facts.entering(.draining, due: due, reason: reason) {
                ($0.ending, $0.callToken) = (nil, nil)
                $0.attempts += 1
                if !isAsked { $0.otherCalls.removeLast() }
            })
    }

    /// Zoom set the end of the new secret in place of the old one's. It is about to be asked to move it away again.
    /// - Parameter expires: the latest time that Zoom allows.
    package func putBack(
        _ call: Rotation.Call, with token: CallToken, to expires: Timestamp, due: Timestamp
    ) -> Draining {
        Draining(
            facts.entering(
                .draining, due: due,
                reason: "Zoom is being asked to let the present secret live until \(expires): \(Self.elsewhere)"
            ) {
                $0.servedExpires = $0.servedExpires ?? $0.ending?.expires
                $0.ending = Rotation.Ending(call: call, expires: expires, putsBack: true)
                $0.callToken = token
                $0.attempts += 1
                $0.otherCalls.append(call.at)
            })
    }

    /// The request to move it away certainly changed nothing. The next one gets a token of its own: Zoom may have refused
    /// this one.
    /// - Parameter isAsked: `false` if it certainly did not reach Zoom, and so does not count.
    package func putBackLater(because reason: FailureReason, isAsked: Bool) -> Draining {
        let expires = facts.ending.map { " until \($0.expires)" } ?? ""
        return Draining(
            facts.entering(
                .draining, due: facts.due,
                reason: "\(Self.elsewhere), and Zoom does not let the present secret live\(expires) yet: \(reason)"
            ) {
                $0.callToken = nil
                if !isAsked { $0.otherCalls.removeLast() }
            })
    }

    /// The new secret has an end, and only the operator has one without: it was generated in the Marketplace.
    /// - Parameter expires: when the new secret expires, or has expired.
    package func block(servedUntil expires: Timestamp, detail: FailureReason? = nil) -> Blocked {
        let reason: FailureReason = "\(Self.elsewhere), so the present secret expires at \(expires)"
        let full: FailureReason = detail.map { "\(reason); \($0)" } ?? reason
        var blocked = facts.blocked(resumesAt: .draining, full)
        (blocked.ending, blocked.callToken, blocked.servedExpires) = (nil, nil, expires)
        return Blocked(blocked)
    }

    private static let elsewhere = "somebody generated another secret in the Marketplace"

    /// The old secret was revoked or has expired; or it will expire, and no consumer is known to have it.
    /// - Parameter reason: why it ends otherwise than was agreed.
    package func retire(at now: Timestamp, because reason: FailureReason? = nil) -> Ended {
        let refused: FailureReason? =
            facts.baseState != .refused
            ? nil
            : facts.promotedAt.map(facts.isOldSecretOver) ?? false
                ? "Zoom refused the old secret before the new one was current, so there was no overlap"
                : "Zoom refused the old secret, so the overlap ended"
        let reason = reason ?? refused ?? (facts.endsNow ? "its overlap was ended by the operator" : nil)
        var facts = facts.ended(.retired, now, reason)
        if facts.endsOldSecret { facts.revokeAt = min(facts.oldExpires ?? now, now) }
        return Ended(facts)
    }

    /// Zoom did not revoke the old secret, which will expire, and another rotation must not wait for that.
    package func giveWay(at now: Timestamp, reason: FailureReason) -> Ended {
        var ended = facts.ended(.retired, now, "Zoom did not revoke the old secret, which will expire: \(reason)")
        ended.ending = nil
        return Ended(ended)
    }
}
