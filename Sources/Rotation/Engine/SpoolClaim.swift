import SecretMemory
import Vault

/// What becomes of an answer that was found outside of the vault, given where its rotation stands.
enum SpoolClaim: Equatable {
    /// The rotation misses it.
    case take
    /// The vault has it, or has a proven secret behind it.
    case free
    /// The rotation has another secret, which is not proven yet.
    case wait
    /// Nobody can say whether it is needed.
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
        case .planned, .refused, .aborted: self = .none("its rotation is \(rotation.phase.rawValue)")
        }
    }
}
