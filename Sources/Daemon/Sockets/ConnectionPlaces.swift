import Synchronization

/// How many connections one socket has, in total and by user.
///
/// Root and the daemon's own user have places that nobody else can take: who has to put things right must get in.
final class ConnectionPlaces: Sendable {
    enum Refusal: Equatable { case full, user(UInt32) }

    private struct State {
        var total = 0
        var byUID: [UInt32: Int] = [:]
    }

    private let limits: ConnectionLimits
    private let owner: UInt32
    private let state = Mutex(State())

    /// - Parameter owner: the daemon's own user.
    init(_ limits: ConnectionLimits, owner: UInt32) {
        self.limits = limits
        self.owner = owner
    }

    var total: Int { state.withLock { $0.total } }

    /// Takes a place, to be given back; `nil` when it was taken.
    func take(_ uid: UInt32) -> Refusal? {
        let isPrivileged = uid == 0 || uid == owner
        let most = isPrivileged ? limits.connections : limits.connections - limits.connections / 16
        return state.withLock { state in
            guard state.total < most else { return .full }
            let mine = state.byUID[uid, default: 0]
            guard isPrivileged || mine < limits.connectionsPerUser else { return .user(uid) }
            state.total += 1
            state.byUID[uid] = mine + 1
            return nil
        }
    }

    func give(_ uid: UInt32) {
        state.withLock { state in
            state.total -= 1
            let mine = state.byUID[uid, default: 1] - 1
            state.byUID[uid] = mine == 0 ? nil : mine
        }
    }
}
