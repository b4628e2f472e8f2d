package import FoundationEssentials

/// One client secret of an app. Its value is not a real secret and is stored as plain text.
package struct ClientSecret: Sendable, Equatable {
    package let id: String
    package let value: String
    package let created: Date
    /// Refused before this time: a new secret may need a moment. [assumed] Nil: it works at once.
    package let worksFrom: Date?
    /// Refused from this time on; nil: no expiry is set.
    package var revoked: Date?

    func isRevoked(at now: Date) -> Bool { revoked.map { $0 <= now } ?? false }
    func isAccepted(at now: Date) -> Bool { (worksFrom.map { $0 <= now } ?? true) && !isRevoked(at: now) }
    /// An old secret with an expiry in the future.
    func isRetiring(at now: Date) -> Bool { revoked.map { now < $0 } ?? false }
}

/// When the secret that a `new` replaced is revoked; an `update` changes it. Named by the IDs of the two secrets.
struct RevocationSchedule: Sendable {
    let old: String
    let new: String
    /// The time of the `new`.
    let begun: Date
}

/// The secrets of one app, oldest to newest. The last one is current and has no expiry.
package struct ClientSecrets: Sendable {
    package private(set) var all: [ClientSecret]
    private var lastSchedule: RevocationSchedule?
    /// The most revoked secrets to remember; older ones are dropped.
    private static let kept = 100

    init(first value: String, id: String, at now: Date) {
        all = [ClientSecret(id: id, value: value, created: now, worksFrom: nil, revoked: nil)]
    }

    package var current: ClientSecret { all[all.count - 1] }

    /// The newest of the old secrets that still work.
    func retiring(at now: Date) -> ClientSecret? { all.last { $0.isRetiring(at: now) } }

    /// What an `update` changes; nil: there is nothing to change.
    func schedule(_ choice: UpdateMoves, at now: Date) -> RevocationSchedule? {
        switch choice {
        case .lastNew: all.contains { $0.id == lastSchedule?.old && $0.isRetiring(at: now) } ? lastSchedule : nil
        case .newestOld:
            retiring(at: now).map { RevocationSchedule(old: $0.id, new: current.id, begun: current.created) }
        }
    }

    /// The newest secret with that value, whether it works or not.
    func find(_ value: String) -> ClientSecret? { all.last { $0.value == value } }

    mutating func setRevocation(of id: String, to time: Date) {
        if let place = all.firstIndex(where: { $0.id == id }) { all[place].revoked = time }
    }

    /// Adds a new current secret. If another one is already retiring, `second` decides what becomes of the former ones:
    /// see ``SecondNew``. The caller must handle `refuse` beforehand; here it acts like `add`.
    /// - Parameter isByHand: made in the Marketplace, which leaves the schedule of the last `new` as it was. [assumed]
    mutating func add(
        _ new: ClientSecret, oldRevokedAt time: Date, at now: Date, second: SecondNew, isByHand: Bool = false
    ) {
        var scheduled = current.id
        if let retiring = retiring(at: now) {
            switch second {
            case .replace:
                setRevocation(of: current.id, to: now)
                setRevocation(of: retiring.id, to: time)
                scheduled = retiring.id
            case .revokeOld:
                for old in all where old.isRetiring(at: now) { setRevocation(of: old.id, to: now) }
                setRevocation(of: current.id, to: time)
            case .add, .refuse:
                setRevocation(of: current.id, to: time)
            }
        } else {
            setRevocation(of: current.id, to: time)
        }
        if !isByHand { lastSchedule = RevocationSchedule(old: scheduled, new: new.id, begun: now) }
        all.append(new)
        while all.count > Self.kept, let dead = all.firstIndex(where: { $0.isRevoked(at: now) }) {
            all.remove(at: dead)
        }
    }
}
