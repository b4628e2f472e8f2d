import Domain
import SecretMemory
import Vault

/// What to do with an answer that was found outside of the vault, depending on its rotation's state.
enum SpoolClaim: Equatable {
    /// The rotation lacks it.
    case take
    /// The vault has it, or has a later secret that is verified.
    case free
    /// The rotation has another secret, which is not verified yet.
    case wait
    /// It is unknown whether the answer is needed.
    case none(String)

    init(_ found: SpooledAnswer, for rotation: Rotation) {
        let isKept = rotation.answer.map { $0.bytes.constantTimeEquals(found.answer.bytes) } ?? false
        guard found.entry.appID == rotation.appID, found.entry.call <= rotation.calls.count else {
            self = .none("it answers a call that its rotation has not made")
            return
        }
        switch rotation.phase {
        case .intended, .lostResponse: self = .take
        case .blocked: self = isKept || rotation.promotedAt != nil ? .free : .take
        case .received: self = isKept ? .free : .wait
        case .verified, .current, .published, .draining, .retired: self = .free
        case .planned, .refused, .aborted: self = .none("its rotation is in state '\(rotation.phase.words)'")
        }
    }
}
