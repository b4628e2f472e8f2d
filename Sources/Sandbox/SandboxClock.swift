package import FoundationEssentials

/// The sandbox's time: the real clock plus an offset that tests move.
package struct SandboxClock: Sendable {
    /// In seconds, at most a hundred years either way, so that every time has a year of four digits.
    package private(set) var offset: Double = 0
    private static let limit = 36_525 * ZoomTime.day

    package func now(at real: Date) -> Date { real.addingTimeInterval(offset) }

    package mutating func advance(seconds: Double) throws(ControlError) { try move(to: offset + seconds) }

    package mutating func set(to date: Date, at real: Date) throws(ControlError) {
        try move(to: date.timeIntervalSince(real))
    }

    private mutating func move(to target: Double) throws(ControlError) {
        guard abs(target) <= Self.limit else { throw .badRequest("the clock moves by 100 years at most") }
        offset = target
    }
}
