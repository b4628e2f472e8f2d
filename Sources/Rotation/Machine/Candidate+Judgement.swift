package import Domain
package import Vault

/// What to do about a candidate, by Zoom's word on its secret and nothing else.
package enum CandidateFate: Sendable {
    /// It stays.
    case wait(Candidate)
    /// Clients are to get it: it is newer than the secret that they have, or Zoom refuses that one.
    case promote
    /// Nobody needs it.
    case letGo(reason: String)

    /// - Parameters:
    ///   - isServedRefused: whether Zoom refuses the secret that clients get.
    package init(
        _ candidate: Candidate, _ proof: Proof, beside entry: AppEntry, isServedRefused: Bool, timing: RotationTiming,
        at now: Timestamp
    ) {
        var asked = candidate
        asked.askedAt = now
        switch proof {
        case .accepted:
            asked.verdict = .accepted
            let isBetter = isServedRefused || candidate.answeredAt > entry.credential.createdAt
            let mayBegin = entry.rotation.map { !$0.hasOwnSecret } ?? true
            self = isBetter && mayBegin ? .promote : .wait(asked)
        case .refused(let reason):
            asked.verdict = .refused
            self =
                now - candidate.savedAt >= timing.candidateLife
                ? .letGo(reason: "Zoom refuses the secret: \(reason)") : .wait(asked)
        case .later:
            asked.verdict = .unknown
            self = .wait(asked)
        }
    }
}

extension Rotation {
    /// Whether it has a secret that Zoom is about to judge, and that is not live yet.
    var hasOwnSecret: Bool { promotedAt == nil && phase != .blocked && (phase == .received || candidate != nil) }
}

extension RotationTiming {
    /// When Zoom is to be asked about a candidate.
    /// - Parameter isServedRefused: whether Zoom refuses the secret that clients get: then a better one is wanted soon.
    package func due(_ candidate: Candidate, isServedRefused: Bool) -> Timestamp {
        guard let asked = candidate.askedAt else { return candidate.savedAt }
        switch candidate.verdict {
        // A new secret may need a while until Zoom knows it everywhere.
        case .refused:
            let age = max(asked - candidate.savedAt, candidateLook)
            return max(min(asked + age, candidate.savedAt + candidateLife), asked + candidateLook)
        case .accepted: return asked + (isServedRefused ? candidateLook : 86_400)
        case .unknown, nil: return asked + (isServedRefused ? candidateLook : longestPause)
        }
    }
}
