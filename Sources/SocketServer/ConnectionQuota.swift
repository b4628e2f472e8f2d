import Synchronization

/// Counts the connections of one socket, in total and by user.
///
/// Root and the daemon's own user have reserved places. Users without a policy share a few, and none of them gets all of
/// those. The last quarter is for users with few connections. So legitimate users always get in, whether the others are
/// strangers or legitimate too.
final class ConnectionQuota: Sendable {
    enum Refusal: Equatable {
        case full, strangers, user(UInt32)
        /// The kernel lacks a descriptor or memory: an errno of accept(2).
        case shortage(CInt)
    }

    /// A reserved place, to be returned.
    struct Place: Sendable {
        let uid: UInt32
        var standing: Standing
    }

    private struct State {
        var total = 0
        var strangers = 0
        var byUID: [UInt32: Int] = [:]

        mutating func add(_ place: Place) {
            total += 1
            if case .stranger = place.standing { strangers += 1 }
            byUID[place.uid, default: 0] += 1
        }

        mutating func remove(_ place: Place) {
            total -= 1
            if case .stranger = place.standing { strangers -= 1 }
            let mine = byUID[place.uid, default: 1] - 1
            byUID[place.uid] = mine == 0 ? nil : mine
        }

        func refusal(of place: Place, _ limits: ConnectionLimits) -> Refusal? {
            let mine = byUID[place.uid, default: 0]
            let open = limits.connections - limits.connections / 16
            switch place.standing {
            case .owner: return total < limits.connections ? nil : .full
            case .known:
                guard total < open else { return .full }
                // Callers over loopback cannot be distinguished.
                if place.uid == UInt32.max { return nil }
                let most = total < open - limits.connections / 4 ? limits.connectionsPerUser : limits.few
                return mine < most ? nil : .user(place.uid)
            case .stranger:
                guard strangers < limits.strangers, total < open - limits.strangers else { return .strangers }
                return mine < limits.connectionsPerStranger ? nil : .user(place.uid)
            }
        }
    }

    private let limits: ConnectionLimits
    private let state = Mutex(State())

    init(_ limits: ConnectionLimits) { self.limits = limits }

    var total: Int { state.withLock { $0.total } }

    /// - Returns: why there is no place; `nil` when it was reserved.
    func claim(_ place: Place) -> Refusal? {
        state.withLock { state in
            if let refusal = state.refusal(of: place, limits) { return refusal }
            state.add(place)
            return nil
        }
    }

    /// Counts a place under another standing.
    /// - Returns: why that has no room; the place is then given back already, and its connection must close. Two loops that
    ///   count at once would otherwise both close one for a place that only one of them takes too many.
    func move(_ place: inout Place?, to standing: Standing) -> Refusal? {
        guard let old = place, standing != old.standing else { return nil }
        let new = Place(uid: old.uid, standing: standing)
        let refusal = state.withLock { state in
            state.remove(old)
            let refusal = state.refusal(of: new, limits)
            if refusal == nil { state.add(new) }
            return refusal
        }
        place = refusal == nil ? new : nil
        return refusal
    }

    func release(_ place: Place) { state.withLock { $0.remove(place) } }
}
