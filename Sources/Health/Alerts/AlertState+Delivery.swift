import Domain

/// What is still to be delivered, and what becomes of it.
extension AlertState {
    /// After how many seconds an alert that was refused is sent again: the receiver may have been put right.
    static let pauseAfterRefusal = 3600

    /// The next notification to send: the oldest pending one. Those with failed deliveries come after those with fewer:
    /// one that the channel does not accept must not hold back the others. Call ``delivered(_:_:)`` or
    /// ``failed(_:isFinal:now:)`` afterwards.
    mutating func next(_ now: Timestamp) -> (key: Key, alert: Alert)? {
        let open = standing.filter { $0.value.pending != nil && !$0.value.isHeld(at: now) }
        let oldest = open.min { one, other in
            (one.value.failures, one.value.resolvedAt ?? one.value.notifiedAt ?? now, one.key)
                < (other.value.failures, other.value.resolvedAt ?? other.value.notifiedAt ?? now, other.key)
        }
        guard let (key, entry) = oldest, let pending = entry.pending else { return nil }
        standing[key]?.isOnItsWay = true
        return (key, alert(key, entry, pending, now))
    }

    /// The number of pending notifications.
    var pending: Int { standing.values.count { $0.pending != nil } }

    /// How many of them the receiver refused.
    var refused: Int { standing.values.count { $0.pending != nil && $0.refusedAt != nil } }

    /// Records that it was delivered. If the alert resolved in the meantime, a resolution becomes pending.
    mutating func delivered(_ key: Key, _ alert: Alert) {
        guard var entry = standing[key] else { return }
        (entry.isOnItsWay, entry.failures, entry.refusedAt) = (false, 0, nil)
        switch (alert.state, isOver: entry.resolvedAt != nil) {
        case (.raised, let isOver):
            entry.isDelivered = true
            entry.pending = isOver ? .resolved : nil
        case (.resolved, isOver: true):
            standing[key] = nil
            return
        case (.resolved, isOver: false): (entry.isDelivered, entry.pending) = (false, .raised)
        }
        standing[key] = entry
    }

    /// Records that it was not accepted.
    /// - Parameter isFinal: whether the receiver would answer the same again.
    mutating func failed(_ key: Key, isFinal: Bool = false, now: Timestamp) {
        standing[key]?.isOnItsWay = false
        standing[key]?.failures += 1
        standing[key]?.refusedAt = isFinal ? now : nil
    }

    /// Makes what was refused due again, once there is reason to believe that the receiver was put right.
    mutating func forgetRefusals() { for key in standing.keys { standing[key]?.refusedAt = nil } }

    /// For the log, which accepts everything at once.
    mutating func deliverAll(_ now: Timestamp) {
        while let (key, alert) = next(now) { delivered(key, alert) }
    }
}

extension AlertState.Standing {
    fileprivate func isHeld(at now: Timestamp) -> Bool {
        // A clock that was set back holds nothing.
        refusedAt.map { (0..<AlertState.pauseAfterRefusal).contains(now - $0) } ?? false
    }
}
