/// The places for requests that wait for a change. One user gets at most half of them; the last quarter is for users with
/// few waiting requests. Root and the daemon's own user are limited only by the total.
struct WaitingPlaces: Equatable, Sendable {
    enum Refusal: Equatable { case full, user(UInt32) }

    let limit: Int
    private(set) var total = 0
    private var byUID: [UInt32: Int] = [:]

    init(limit: Int) { self.limit = limit }

    /// - Returns: why there is no place; `nil` when it was taken.
    mutating func claim(_ uid: UInt32, isOwner: Bool) -> Refusal? {
        guard total < limit else { return .full }
        let mine = byUID[uid, default: 0]
        let most = max(total < limit - limit / 4 ? limit / 2 : limit / 32, 1)
        guard isOwner || mine < most else { return .user(uid) }
        total += 1
        byUID[uid] = mine + 1
        return nil
    }

    mutating func release(_ uid: UInt32) {
        total -= 1
        let mine = byUID[uid, default: 1] - 1
        byUID[uid] = mine == 0 ? nil : mine
    }
}
