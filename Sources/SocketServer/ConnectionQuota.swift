import Synchronization

/// How many connections one socket has, in total and by user.
///
/// Root and the daemon's own user have places that nobody else can take. Users that no rule names share a few, and none of
/// them gets all of those: they cannot keep out anybody who has business here.
final class ConnectionQuota: Sendable {
    enum Refusal: Equatable { case full, strangers, user(UInt32) }

    /// What was taken, to be given back.
    struct Place: Sendable {
        let uid: UInt32
        let standing: Standing
    }

    private struct State {
        var total = 0
        var strangers = 0
        var byUID: [UInt32: Int] = [:]
    }

    private let limits: ConnectionLimits
    private let state = Mutex(State())

    init(_ limits: ConnectionLimits) { self.limits = limits }

    var total: Int { state.withLock { $0.total } }

    /// - Returns: why there is no place; `nil` when it was taken.
    func take(_ place: Place) -> Refusal? {
        state.withLock { state in
            let mine = state.byUID[place.uid, default: 0]
            switch place.standing {
            case .owner:
                guard state.total < limits.connections else { return .full }
            case .known:
                guard state.total < limits.connections - limits.connections / 16 else { return .full }
                guard mine < limits.connectionsPerUser else { return .user(place.uid) }
            case .stranger:
                guard state.strangers < limits.strangers,
                    state.total < limits.connections - limits.connections / 16 - limits.strangers
                else { return .strangers }
                guard mine < limits.connectionsPerStranger else { return .user(place.uid) }
                state.strangers += 1
            }
            state.total += 1
            state.byUID[place.uid] = mine + 1
            return nil
        }
    }

    func give(_ place: Place) {
        state.withLock { state in
            state.total -= 1
            if case .stranger = place.standing { state.strangers -= 1 }
            let mine = state.byUID[place.uid, default: 1] - 1
            state.byUID[place.uid] = mine == 0 ? nil : mine
        }
    }
}
