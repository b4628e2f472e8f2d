import Domain
import SecretMemory
import Vault

/// What to do with an answer that was found outside of the vault. Its rotation's state alone never makes it worthless.
enum SpoolClaim: Equatable {
    /// The rotation lacks it.
    case take
    /// The vault has it, or it has no secret and its rotation has one that Zoom accepted.
    case free
    /// The rotation has another secret, which is not verified yet.
    case wait
    /// No rotation waits for it: its secret goes into the vault as a candidate.
    case setAside
    /// It is unknown whether the answer is needed.
    case none(String)

    /// - Parameters:
    ///   - secret: the one in the answer; `nil` if it has none.
    ///   - rotation: `nil` if the vault has no such rotation.
    ///   - entry: the app that the answer is for.
    init(_ found: SpooledAnswer, with secret: SecretBox?, for rotation: Rotation?, of entry: AppEntry) {
        guard let rotation, rotation.appID == found.entry.appID else {
            self = secret == nil ? .none("the vault has no such rotation") : .setAside
            return
        }
        let isStored = found.answer.isSame(as: rotation.answer) || secret.map { entry.has($0, rotation) } ?? false
        let isAsked = found.entry.call <= rotation.calls.count
        switch rotation.phase {
        case _ where isStored: self = .free
        case .intended where isAsked, .lostResponse where isAsked: self = .take
        case .blocked where isAsked && rotation.promotedAt == nil: self = .take
        case .received where isAsked: self = .wait
        case _ where secret != nil: self = .setAside
        case .verified, .current, .published, .draining, .retired, .blocked: self = .free
        case .planned, .intended, .lostResponse, .received, .refused, .aborted:
            self = .none("it has no secret, and its rotation is in state '\(rotation.phase.words)'")
        }
    }
}

extension AppEntry {
    fileprivate func has(_ secret: SecretBox, _ rotation: Rotation) -> Bool {
        let known = [rotation.candidate, credential.clientSecret, previous?.clientSecret] + candidates.map(\.secret)
        return known.contains { secret.isSame(as: $0) }
    }
}
