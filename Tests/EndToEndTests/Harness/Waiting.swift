import TestSupport

/// Asks again and again until there is an answer.
func eventually<Value>(
    _ what: String, seconds: Double = Patience.seconds, _ ask: () throws -> Value?
) throws -> Value {
    try TestSupport.eventually(what, seconds: seconds, ask)
}

/// Waits until something holds.
func eventually(_ what: String, seconds: Double = Patience.seconds, holds: () throws -> Bool) throws {
    try TestSupport.eventually(what, seconds: seconds, holds: holds)
}
