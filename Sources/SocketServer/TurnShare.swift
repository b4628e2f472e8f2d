/// The requests that one user, or all strangers together, may have answered in a turn of the loop. However many
/// connections somebody has, others wait for a bounded number of requests.
final class TurnShare {
    private unowned let shares: TurnShares
    private let most: Int
    private var (turn, used) = (0, 0)

    fileprivate init(_ shares: TurnShares, most: Int) { (self.shares, self.most) = (shares, most) }

    /// How many more in the present turn.
    var left: Int {
        if turn != shares.turn { (turn, used) = (shares.turn, 0) }
        return most - used
    }

    func use() { used = most - left + 1 }
}

/// The shares of all users in the turns of one loop. Users without a policy are strangers, so that there are not more than
/// the policies name.
final class TurnShares {
    /// The number of the present turn.
    fileprivate var turn = 1
    private let limits: ConnectionLimits
    private var users: [UInt32: TurnShare] = [:]
    private(set) lazy var strangers = TurnShare(self, most: limits.turnOfStrangers)

    init(_ limits: ConnectionLimits) { self.limits = limits }

    func begin() { turn += 1 }

    func of(_ uid: UInt32) -> TurnShare {
        if let share = users[uid] { return share }
        let share = TurnShare(self, most: limits.turnOfUser)
        users[uid] = share
        return share
    }
}
