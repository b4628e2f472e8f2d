import Glibc

/// How tests wait, all of them: they ask again and again until there is an answer. The limit is there so that a test which
/// waits in vain ends; it measures nothing, and is long enough for a machine with much else to do.
package enum Patience {
    package static let seconds = 120.0

    /// The pauses in between, until the limit is reached.
    struct Pauses {
        private let start = ContinuousClock.now
        private let limit: Duration

        init(_ seconds: Double) { limit = .seconds(seconds) }

        /// Microseconds of the next one, from 1 to 20 ms, and an eighth of the time until now: what comes soon is seen soon.
        /// Throws once it is too late.
        func next(_ what: String) throws(WaitedInVain) -> Int {
            let waited = ContinuousClock.now - start
            guard waited < limit else { throw WaitedInVain(what) }
            return min(max(Int(waited / .microseconds(8)), 1_000), 20_000)
        }
    }
}

/// What was waited for did not come.
package struct WaitedInVain: Error, CustomStringConvertible {
    package let description: String
    init(_ what: String) { description = "waited in vain for \(what)" }
}

/// Asks until there is an answer, on a thread that may wait: in a test that is not asynchronous.
@_disfavoredOverload
@discardableResult
package func eventually<Value>(
    _ what: String, seconds: Double = Patience.seconds, _ ask: () throws -> Value?
) throws -> Value {
    let pauses = Patience.Pauses(seconds)
    while true {
        if let value = try ask() { return value }
        usleep(UInt32(try pauses.next(what)))
    }
}

/// Asks until something holds, on a thread that may wait.
@_disfavoredOverload
package func eventually(_ what: String, seconds: Double = Patience.seconds, holds: () throws -> Bool) throws {
    try eventually(what, seconds: seconds) { try holds() ? true : nil }
}

/// Asks until something holds, and lets others work meanwhile.
package func eventually(
    _ what: String, seconds: Double = Patience.seconds, holds: () async throws -> Bool
) async throws {
    let pauses = Patience.Pauses(seconds)
    while try await !holds() { try await Task.sleep(for: .microseconds(try pauses.next(what))) }
}
