package import SecretMemory
package import Times
package import Vault

/// The states of a rotation as types, so that a transition that must not happen cannot be written.
///
///     planned → intended → escrowed → verified → current → published → draining → retired
///                   ↘ lost-response        ↘ held
///                   ↘ refused
///
/// A state is made by the transition that leads to it, in this file, or read back from the vault by
/// ``RotationState/init(_:)``. Every transition is one durable commit of the facts that it returns.
package protocol RotationPhase: Sendable {
    var facts: Rotation { get }
}

package struct Planned: RotationPhase {
    package let facts: Rotation
    fileprivate init(_ facts: Rotation) { self.facts = facts }

    /// Zoom is about to be asked. Committed before the call: a crash from here on may have changed the secret.
    package func intend(revokeAt: Timestamp, at now: Timestamp) -> Intended {
        Intended(
            facts.entering(.intended, due: now) {
                $0.revokeAt = revokeAt
                $0.calls.append(now)
            })
    }

    /// The operator made the new secret in the Marketplace. Zoom is not asked; it is proven like any other.
    package func accept(_ secret: SecretBox, at now: Timestamp) -> Escrowed {
        Escrowed(facts.given(secret, at: now))
    }

    package func postpone(until due: Timestamp, reason: String) -> Planned {
        Planned(facts.entering(.planned, due: due, reason: reason) { $0.attempts += 1 })
    }

    package func refuse(at now: Timestamp, reason: String) -> Ended { Ended(facts.ended(.refused, now, reason)) }

    /// At the operator's word. Nothing was asked of Zoom, or what was asked changed nothing.
    package func abort(at now: Timestamp, reason: String) -> Ended { Ended(facts.ended(.aborted, now, reason)) }
}

package struct Intended: RotationPhase {
    package let facts: Rotation
    fileprivate init(_ facts: Rotation) { self.facts = facts }

    /// Zoom answered. Committed before the answer is read: it holds the only copy of the new secret.
    package func escrow(_ answer: SecretBox, at now: Timestamp) -> Escrowed {
        Escrowed(facts.entering(.escrowed, due: now) { $0.answer = answer })
    }

    /// The call may have changed the secret, and nobody knows to what. What arrived of the answer is kept.
    package func lose(at now: Timestamp, reason: String, partial: SecretBox? = nil) -> LostResponse {
        LostResponse(facts.losing(at: now, reason) { $0.answer = partial ?? $0.answer })
    }

    /// The call certainly changed nothing and may be made again. If an earlier answer was lost, it still is.
    package func postpone(until due: Timestamp, reason: String) -> RotationState {
        if facts.lostAt != nil {
            return .lostResponse(LostResponse(facts.entering(.lostResponse, due: due, reason: reason)))
        }
        return .planned(
            Planned(
                facts.entering(.planned, due: due, reason: reason) {
                    $0.revokeAt = nil
                    $0.attempts = $0.calls.count
                }))
    }

    /// The call certainly changed nothing, and would not the next time. If an earlier answer was lost, that is now for
    /// the operator to mend, before the old secret dies.
    package func refuse(at now: Timestamp, reason: String) -> RotationState {
        if facts.lostAt != nil { return .held(Held(facts.held(resumesAt: .lostResponse, reason))) }
        var facts = facts.ended(.refused, now, reason)
        facts.revokeAt = nil
        return .refused(Ended(facts))
    }
}

package struct LostResponse: RotationPhase {
    package let facts: Rotation
    fileprivate init(_ facts: Rotation) { self.facts = facts }

    /// Zoom is asked for another new secret, the old one having been proven just now. The time at which the old one
    /// dies is the earliest that Zoom was told: which of them holds is not known.
    package func askAgain(revokeAt: Timestamp, at now: Timestamp) -> Intended {
        Intended(
            facts.entering(.intended, due: now) {
                $0.revokeAt = min($0.revokeAt ?? revokeAt, revokeAt)
                $0.calls.append(now)
            })
    }

    package func postpone(until due: Timestamp, reason: String) -> LostResponse {
        LostResponse(facts.entering(.lostResponse, due: due, reason: reason) { $0.attempts += 1 })
    }

    package func hold(reason: String) -> Held { Held(facts.held(resumesAt: .lostResponse, reason)) }

    /// The operator made a new secret in the Marketplace, which settles the matter.
    package func accept(_ secret: SecretBox, at now: Timestamp) -> Escrowed {
        Escrowed(facts.given(secret, at: now))
    }
}

package struct Escrowed: RotationPhase {
    package let facts: Rotation
    fileprivate init(_ facts: Rotation) { self.facts = facts }

    /// Zoom's answer was read, and this is the new secret in it.
    package func read(_ candidate: SecretBox, revokeAt: Timestamp?, at now: Timestamp) -> Escrowed {
        Escrowed(
            facts.entering(.escrowed, due: now) {
                $0.candidate = candidate
                if let revokeAt { $0.revokeAt = revokeAt }
            })
    }

    /// There is no secret in Zoom's answer. It is kept all the same: a person may see more in it.
    package func lose(at now: Timestamp, reason: String) -> LostResponse {
        LostResponse(facts.losing(at: now, reason))
    }

    /// Zoom took the secret just now.
    package func verify(at now: Timestamp) -> Verified? {
        guard facts.candidate != nil else { return nil }
        return Verified(facts.entering(.verified, due: now))
    }

    package func postpone(until due: Timestamp, reason: String) -> Escrowed {
        Escrowed(facts.entering(.escrowed, due: due, reason: reason) { $0.attempts += 1 })
    }

    /// Zoom could not be asked, which says nothing of the secret.
    package func wait(until due: Timestamp, reason: String) -> Escrowed {
        Escrowed(facts.entering(.escrowed, due: due, reason: reason))
    }

    package func hold(reason: String) -> Held { Held(facts.held(resumesAt: .escrowed, reason)) }
}

package struct Verified: RotationPhase {
    package let facts: Rotation
    fileprivate init(_ facts: Rotation) { self.facts = facts }

    /// The only way to a new current secret: from the state whose secret Zoom took.
    package func promote(at now: Timestamp) -> Promotion? {
        guard let candidate = facts.candidate else { return nil }
        let credential = Credential(
            generation: facts.base.next, state: .current, clientSecret: candidate, createdAt: now)
        let current = Current(
            facts.entering(.current, due: now) {
                $0.promotedAt = now; $0.candidate = nil; $0.answer = nil
            })
        return Promotion(state: current, credential: credential)
    }
}

/// A promotion: the new state and the new generation, for one commit.
package struct Promotion: Sendable {
    package let state: Current
    package let credential: Credential
}

package struct Current: RotationPhase {
    package let facts: Rotation
    fileprivate init(_ facts: Rotation) { self.facts = facts }

    /// Every push target confirmed the new secret.
    package func publish(at now: Timestamp) -> Published {
        Published(facts.entering(.published, due: now) { $0.publishedAt = now })
    }

    package func postpone(until due: Timestamp, reason: String) -> Current {
        Current(facts.entering(.current, due: due, reason: reason) { $0.attempts += 1 })
    }
}

package struct Published: RotationPhase {
    package let facts: Rotation
    fileprivate init(_ facts: Rotation) { self.facts = facts }

    package func drain(at now: Timestamp) -> Draining { Draining(facts.entering(.draining, due: now)) }
}

package struct Draining: RotationPhase {
    package let facts: Rotation
    fileprivate init(_ facts: Rotation) { self.facts = facts }

    package func wait(until due: Timestamp, reason: String) -> Draining {
        Draining(facts.entering(.draining, due: due, reason: reason))
    }

    /// The old secret is revoked, or died by itself.
    package func retire(at now: Timestamp) -> Ended {
        var facts = facts.ended(.retired, now, nil)
        facts.revokeAt = min(facts.revokeAt ?? now, now)
        return Ended(facts)
    }
}

package struct Held: RotationPhase {
    package let facts: Rotation
    fileprivate init(_ facts: Rotation) { self.facts = facts }

    /// The operator has seen to what was in the way.
    package func resume(at now: Timestamp) -> RotationState {
        RotationState(facts.entering(facts.resumesAt ?? .lostResponse, due: now) { $0.attempts = 0 })
    }

    /// The operator made a new secret in the Marketplace.
    package func accept(_ secret: SecretBox, at now: Timestamp) -> Escrowed {
        Escrowed(facts.given(secret, at: now))
    }
}

/// Over: retired, refused or aborted.
package struct Ended: RotationPhase {
    package let facts: Rotation
    fileprivate init(_ facts: Rotation) { self.facts = facts }
}

// MARK: From and to the vault

extension RotationState {
    /// The state that these facts are in: where a rotation goes on after a start.
    package init(_ facts: Rotation) {
        self =
            switch facts.phase {
            case .planned: .planned(Planned(facts))
            case .intended: .intended(Intended(facts))
            case .lostResponse: .lostResponse(LostResponse(facts))
            case .escrowed: .escrowed(Escrowed(facts))
            case .verified: .verified(Verified(facts))
            case .current: .current(Current(facts))
            case .published: .published(Published(facts))
            case .draining: .draining(Draining(facts))
            case .held: .held(Held(facts))
            case .retired: .retired(Ended(facts))
            case .refused: .refused(Ended(facts))
            case .aborted: .aborted(Ended(facts))
            }
    }
}
