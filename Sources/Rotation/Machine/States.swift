package import Domain
package import SecretMemory
package import Vault

package struct Planned: AskingPhase, AcceptingPhase {
    package let facts: Rotation
    fileprivate init(_ facts: Rotation) { self.facts = facts }

    package func ask(_ call: Rotation.Call, with token: CallToken, revokeAt: Timestamp) -> Intended {
        Intended(facts.asking(call, with: token, revokeAt: revokeAt))
    }

    package func postpone(until due: Timestamp, reason: FailureReason) -> Planned {
        Planned(facts.entering(.planned, due: due, reason: reason) { $0.attempts += 1 })
    }

    package func refuse(at now: Timestamp, reason: FailureReason) -> RotationState {
        fail(at: now, reason: "Zoom refuses the present secret, so no new one can be requested: \(reason)")
    }

    package func fail(at now: Timestamp, reason: FailureReason) -> RotationState {
        .refused(Ended(facts.ended(.refused, now, reason)))
    }

    /// On an operator's request. No request was made to Zoom, or it changed nothing.
    package func abort(at now: Timestamp, reason: FailureReason) -> Ended { Ended(facts.ended(.aborted, now, reason)) }
}

package struct Intended: FindingPhase, AcceptingPhase {
    package let facts: Rotation
    fileprivate init(_ facts: Rotation) { self.facts = facts }

    /// The call may have changed the secret to an unknown one. The part of the answer that arrived is stored.
    package func lose(at now: Timestamp, reason: FailureReason, partial: SecretBox? = nil) -> LostResponse {
        LostResponse(facts.losing(at: now, reason) { $0.answer = partial ?? $0.answer })
    }

    /// The call certainly changed nothing and may be repeated. If an earlier answer was lost, it still is.
    /// - Parameter isAsked: whether Zoom may have received the call; if not, it is no longer counted.
    package func postpone(until due: Timestamp, reason: FailureReason, isAsked: Bool = true) -> RotationState {
        let facts = facts.concluded(isAsked: isAsked)
        let next = facts.entering(facts.lostAt == nil ? .planned : .lostResponse, due: due, reason: reason) {
            $0.attempts = max(facts.calls.count, facts.attempts + 1)
            if facts.lostAt == nil { $0.revokeAt = nil }
        }
        return facts.lostAt == nil ? .planned(Planned(next)) : .lostResponse(LostResponse(next))
    }

    /// The call certainly changed nothing, and would not the next time. If an earlier answer was lost, the operator must
    /// now act before the old secret expires.
    package func refuse(at now: Timestamp, reason: FailureReason, isAsked: Bool = true) -> RotationState {
        let facts = facts.concluded(isAsked: isAsked)
        if facts.lostAt != nil { return .blocked(Blocked(facts.blocked(resumesAt: .lostResponse, reason))) }
        var ended = facts.ended(.refused, now, reason)
        ended.revokeAt = nil
        return .refused(Ended(ended))
    }
}

package struct LostResponse: AskingPhase, AcceptingPhase, FindingPhase {
    package let facts: Rotation
    fileprivate init(_ facts: Rotation) { self.facts = facts }

    /// Another new secret is requested from Zoom. The expiry of the old one is the earliest that was requested, because
    /// it is unknown which request took effect.
    package func ask(_ call: Rotation.Call, with token: CallToken, revokeAt: Timestamp) -> Intended {
        Intended(facts.asking(call, with: token, revokeAt: min(facts.revokeAt ?? revokeAt, revokeAt)))
    }

    package func postpone(until due: Timestamp, reason: FailureReason) -> LostResponse {
        LostResponse(facts.entering(.lostResponse, due: due, reason: reason) { $0.attempts += 1 })
    }

    package func block(reason: FailureReason) -> Blocked { Blocked(facts.blocked(resumesAt: .lostResponse, reason)) }

    package func refuse(at now: Timestamp, reason: FailureReason) -> RotationState {
        .blocked(
            block(
                reason:
                    "an answer of Zoom was lost, and Zoom now refuses the old secret: \(reason); generate a new one in the Marketplace and enter it in Keyturn"
            ))
    }

    package func fail(at now: Timestamp, reason: FailureReason) -> RotationState { .blocked(block(reason: reason)) }
}

package struct Received: AcceptingPhase {
    package let facts: Rotation
    fileprivate init(_ facts: Rotation) { self.facts = facts }

    /// Zoom's answer was read, and contains this new secret.
    package func read(_ issued: IssuedSecret, at now: Timestamp) -> Received {
        Received(
            facts.entering(.received, due: now) {
                ($0.candidate, $0.secretID) = (issued.secret, issued.id)
                if let revokeAt = issued.revokeAt { $0.revokeAt = revokeAt }
            })
    }

    /// Zoom's answer contains no secret. It is retained, since a person may see more in it.
    package func lose(at now: Timestamp, reason: FailureReason) -> LostResponse {
        LostResponse(facts.losing(at: now, reason))
    }

    /// Zoom has just accepted the secret.
    package func verify(at now: Timestamp, because reason: FailureReason? = nil) -> Verified? {
        guard facts.candidate != nil else { return nil }
        return Verified(facts.entering(.verified, due: now, reason: reason))
    }

    package func postpone(until due: Timestamp, reason: FailureReason) -> Received {
        Received(facts.entering(.received, due: due, reason: reason) { $0.attempts += 1 })
    }

    /// Zoom could not be asked, which says nothing about the secret.
    package func wait(until due: Timestamp, reason: FailureReason) -> Received {
        Received(facts.entering(.received, due: due, reason: reason))
    }

    package func block(reason: FailureReason) -> Blocked { Blocked(facts.blocked(resumesAt: .received, reason)) }
}

package struct Verified: AcceptingPhase {
    package let facts: Rotation
    fileprivate init(_ facts: Rotation) { self.facts = facts }

    /// The only way to a new current secret: from the state whose secret Zoom has accepted.
    /// - Parameter base: what Zoom says of the old secret.
    package func promote(base: Rotation.BaseState? = nil, at now: Timestamp) -> Promotion? {
        guard let candidate = facts.candidate else { return nil }
        let credential = Credential(
            generation: facts.target, state: .current, clientSecret: candidate, createdAt: now)
        let current = Current(
            facts.entering(.current, due: now) {
                ($0.promotedAt, $0.candidate, $0.answer) = (now, nil, nil)
                $0.settleBase(base, at: now)
            })
        return Promotion(state: current, credential: credential)
    }
}

package struct Current: TypedPhase {
    package let facts: Rotation
    fileprivate init(_ facts: Rotation) { self.facts = facts }

    /// Every push target confirmed the new secret.
    package func publish(at now: Timestamp) -> Published {
        Published(facts.entering(.published, due: now) { $0.publishedAt = now })
    }

    package func postpone(until due: Timestamp, reason: FailureReason) -> Current {
        Current(facts.entering(.current, due: due, reason: reason) { $0.attempts += 1 })
    }

    /// Nothing failed, but a target takes its time.
    package func wait(until due: Timestamp, reason: FailureReason) -> Current {
        Current(facts.entering(.current, due: due, reason: reason) { $0.attempts = 0 })
    }

    /// A target refuses the new secret. Both secrets still work.
    package func block(reason: FailureReason) -> Blocked { Blocked(facts.blocked(resumesAt: .current, reason)) }
}

package struct Published: TypedPhase {
    package let facts: Rotation
    fileprivate init(_ facts: Rotation) { self.facts = facts }

    package func drain(at now: Timestamp) -> Draining { Draining(facts.entering(.draining, due: now)) }
}

package struct Blocked: AcceptingPhase, FindingPhase {
    package let facts: Rotation
    init(_ facts: Rotation) { self.facts = facts }
}

/// Final: retired, refused or aborted.
package struct Ended: TypedPhase {
    package let facts: Rotation
    init(_ facts: Rotation) { self.facts = facts }
}

// MARK: From several states

extension AcceptingPhase {
    package func accept(_ secret: SecretBox, oldExpiresBy: Timestamp, at now: Timestamp) -> Received {
        Received(facts.given(secret, oldExpiresBy: oldExpiresBy, at: now))
    }
}

extension FindingPhase {
    package func receive(_ answer: SecretBox, at now: Timestamp) -> Received {
        Received(facts.answered(answer, at: now))
    }
}

// MARK: Reading from and writing to the vault

extension RotationState {
    /// The state with these facts: where a rotation continues after a start.
    package init(_ facts: Rotation) {
        self =
            switch facts.phase {
            case .planned: .planned(Planned(facts))
            case .intended: .intended(Intended(facts))
            case .lostResponse: .lostResponse(LostResponse(facts))
            case .received: .received(Received(facts))
            case .verified: .verified(Verified(facts))
            case .current: .current(Current(facts))
            case .published: .published(Published(facts))
            case .draining: .draining(Draining(facts))
            case .blocked: .blocked(Blocked(facts))
            case .retired: .retired(Ended(facts))
            case .refused: .refused(Ended(facts))
            case .aborted: .aborted(Ended(facts))
            }
    }
}
