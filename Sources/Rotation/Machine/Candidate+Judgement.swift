package import Domain
package import Vault

/// What to do about a candidate, by Zoom's word on its secret and nothing else.
package enum CandidateFate: Sendable {
    /// It stays.
    case wait(Candidate)
    /// Clients are to get it.
    case promote(reason: FailureReason)
    /// Nobody needs it.
    case letGo(reason: String)

    /// Zoom's word on the secret that clients get, asked for in the same moment.
    package enum Served: Sendable { case accepted, refused, unknown }

    /// - Parameter served: a candidate is refused for good only if Zoom accepts this one: else the refusal may be about the
    ///   app, and not about the secret.
    package init(
        _ candidate: Candidate, _ proof: Proof, served: Served, of entry: AppEntry, timing: RotationTiming,
        at now: Timestamp
    ) {
        var asked = candidate
        asked.askedAt = now
        // It was saved before the clock was set back.
        asked.savedAt = min(candidate.savedAt, now)
        switch (proof, served) {
        case (.accepted, _):
            asked.verdict = .accepted
            // While scheduled work is paused, nothing changes that need not.
            let isNewer = candidate.answeredAt > entry.credential.createdAt && !entry.app.policy.isPaused
            if entry.rotation?.hasOwnSecret ?? false {
                self = .wait(asked)
            } else if served != .refused, entry.rotation?.mayHaveMade(after: candidate) ?? false {
                self = .wait(asked)
            } else if served == .refused {
                self = .promote(reason: "a secret that came late is used: Zoom refuses the present one, and accepts it")
            } else {
                self = isNewer ? .promote(reason: "a secret that came late is used: it is newer") : .wait(asked)
            }
        // A single refusal may be wrong.
        case (.refused(let reason), .accepted)
        where now - asked.savedAt >= timing.candidateLife && candidate.verdict == .refused:
            self = .letGo(reason: "Zoom refuses the secret: \(reason)")
        case (.refused, _):
            asked.verdict = .refused
            self = .wait(asked)
        case (.later, _):
            asked.verdict = .unknown
            self = .wait(asked)
        }
    }
}

extension Rotation {
    /// Whether a call of it may have made a secret that is newer than the candidate, and that nobody has seen yet.
    func mayHaveMade(after candidate: Candidate) -> Bool {
        promotedAt == nil && (phase == .intended || calls.contains { $0.at > candidate.answeredAt })
    }

    /// Whether it has a secret on which Zoom's word is still awaited.
    var hasOwnSecret: Bool {
        entered != nil || (promotedAt == nil && phase != .blocked && (phase == .received || candidate != nil))
    }
}

extension RotationTiming {
    /// When Zoom is to be asked about a candidate.
    /// - Parameter isServedRefused: whether Zoom refuses the secret that clients get: then a better one is wanted soon.
    package func due(_ candidate: Candidate, isServedRefused: Bool, now: Timestamp) -> Timestamp {
        // A time ahead is from before the clock was set back.
        guard let asked = candidate.askedAt, asked <= now else { return min(candidate.savedAt, now) }
        switch candidate.verdict {
        // A new secret may need a while until Zoom knows it everywhere. Later Zoom is asked less often: it counts refusals.
        case .refused:
            let age = max(asked - candidate.savedAt, candidateLook)
            let end = candidate.savedAt + candidateLife
            let next = asked + min(age, isServedRefused ? 3600 : 86_400)
            return asked < end ? max(min(next, end), asked + candidateLook) : next
        case .accepted: return asked + (isServedRefused ? candidateLook : 86_400)
        case .unknown, nil: return asked + (isServedRefused ? candidateLook : longestPause)
        }
    }
}
