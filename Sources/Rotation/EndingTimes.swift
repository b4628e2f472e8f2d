package import Domain
package import Vault

/// When Zoom can be asked for the changes that an operator is about to request, each as early as its throttle allows, and
/// when the old secrets end. Pure.
package struct EndingTimes: Sendable {
    private let timing = RotationTiming()
    private var calls: [Timestamp]
    private var clock: Timestamp
    /// The time of the last change that has to wait for the throttle; `nil` if none has to.
    package private(set) var throttled: Timestamp?

    /// - Parameter calls: when Zoom was asked for changes before.
    package init(_ calls: [Timestamp], now: Timestamp) { (self.calls, clock) = (calls, now) }

    /// One more change.
    package mutating func change() {
        let pause = timing.throttled(calls, now: clock)
        clock = clock + pause
        if pause > 0 { throttled = clock }
        calls.append(clock)
    }

    /// The end of a rotation's old secret: with one more change, unless Zoom was asked already.
    /// - Parameter rotation: `nil` for one that begins later.
    /// - Returns: when the old secret ends.
    package mutating func end(_ rotation: Rotation?) -> Timestamp {
        let revokeAt = rotation?.revokeAt
        if let rotation, rotation.isEndIgnored { return revokeAt ?? clock }
        if let ending = rotation?.ending, !ending.putsBack { return pass(ending.expires) }
        if let rotation, let revokeAt, expiresBefore(rotation) { return pass(revokeAt) }
        change()
        return pass(clock + (rotation.map(timing.lead) ?? timing.endLead))
    }

    /// Whether the old secret expires before a request to revoke it could take effect: then none is made.
    package func expiresBefore(_ rotation: Rotation) -> Bool {
        let asked = clock + timing.throttled(calls, now: clock)
        return rotation.revokeAt.map { $0 <= asked + timing.lead(of: rotation) } ?? false
    }

    /// The rotation goes on once Zoom was asked whether the secret has ended.
    private mutating func pass(_ end: Timestamp) -> Timestamp {
        clock = max(clock, end + timing.endMargin)
        return end
    }
}
