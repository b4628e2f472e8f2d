package import FoundationEssentials

/// One client secret of an app. Its value is a toy and is stored as it is.
package struct ClientSecret: Sendable, Equatable {
    package let id: String
    package let value: String
    package let created: Date
    /// Until then it is refused: a new secret may need a moment. [assumed] Nil: it works at once.
    package let worksFrom: Date?
    /// From then on it is refused; nil: no end is planned.
    package var revoked: Date?

    func isRevoked(at now: Date) -> Bool { revoked.map { $0 <= now } ?? false }
    func isAccepted(at now: Date) -> Bool { (worksFrom.map { $0 <= now } ?? true) && !isRevoked(at: now) }
    /// An old secret whose end is planned and has not come.
    func isRetiring(at now: Date) -> Bool { revoked.map { now < $0 } ?? false }
}

/// The secrets of one app, oldest to newest. The last one is the current one and has no planned end.
package struct ClientSecrets: Sendable {
    package private(set) var all: [ClientSecret]
    /// Dead secrets beyond this number are forgotten, the oldest first.
    private static let kept = 100

    init(first value: String, id: String, at now: Date) {
        all = [ClientSecret(id: id, value: value, created: now, worksFrom: nil, revoked: nil)]
    }

    package var current: ClientSecret { all[all.count - 1] }

    /// The old secret whose end an `update` moves: the youngest one that still works.
    func retiring(at now: Date) -> ClientSecret? { all.last { $0.isRetiring(at: now) } }

    /// Whose secret this is, whether it works or not: the youngest one of that value.
    func find(_ value: String) -> ClientSecret? { all.last { $0.value == value } }

    mutating func setRevocation(of id: String, to time: Date) {
        if let place = all.firstIndex(where: { $0.id == id }) { all[place].revoked = time }
    }

    /// Adds a new current secret. What the former ones become depends on `second` if one of them is already retiring:
    /// see ``SecondNew``. `refuse` is the caller's to decide beforehand; here it is like `add`.
    mutating func add(_ new: ClientSecret, oldRevokedAt time: Date, at now: Date, second: SecondNew) {
        if let retiring = retiring(at: now) {
            switch second {
            case .replace:
                setRevocation(of: current.id, to: now)
                setRevocation(of: retiring.id, to: time)
            case .revokeOld:
                for old in all where old.isRetiring(at: now) { setRevocation(of: old.id, to: now) }
                setRevocation(of: current.id, to: time)
            case .add, .refuse:
                setRevocation(of: current.id, to: time)
            }
        } else {
            setRevocation(of: current.id, to: time)
        }
        all.append(new)
        while all.count > Self.kept, let dead = all.firstIndex(where: { $0.isRevoked(at: now) }) {
            all.remove(at: dead)
        }
    }
}
