import Foundation

/// Asks again and again until there is an answer.
func eventually<Value>(
    _ what: String, seconds: Double = 20, _ ask: () throws -> Value?
) throws -> Value {
    let end = ContinuousClock.now + .seconds(seconds)
    var pause: UInt32 = 1_000
    while true {
        if let value = try ask() { return value }
        guard ContinuousClock.now < end else { throw HarnessError("waited \(seconds) s in vain for \(what)") }
        usleep(pause)
        pause = min(pause * 2, 20_000)
    }
}

/// Waits until something holds.
func eventually(_ what: String, seconds: Double = 20, holds: () throws -> Bool) throws {
    _ = try eventually(what, seconds: seconds) { try holds() ? true : nil }
}
