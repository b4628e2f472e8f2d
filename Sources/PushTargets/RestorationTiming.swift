package import Domain
import Vault

/// How often the current secret is put back, and for how long that is told of. Arithmetic on what is known and the time alone.
extension Delivery {
    /// Seconds between two tries: what fights with Keyturn over the connection does not make it save all the time.
    static let restorePause = 3600

    func mayRestore(now: Timestamp) -> Bool { restoration.map { now - $0.triedAt >= Self.restorePause } ?? true }

    mutating func noteRestoring(at now: Timestamp) {
        if restoration == nil { restoration = Restoration(triedAt: now) }
        restoration?.triedAt = now
    }

    /// A time that was noted before the clock was set back would hold up the next try until the clock is there again.
    mutating func correctRestoration(now: Timestamp) {
        guard let triedAt = restoration?.triedAt, triedAt > now else { return }
        restoration?.triedAt = now
    }

    /// Whether the console is to be looked at for a change. A time in the future was noted before the clock was set back.
    func isLookDue(after pause: Int, now: Timestamp) -> Bool {
        lookedAt.map { $0 > now || now - $0 >= pause } ?? true
    }
}

extension Restoration {
    /// Seconds: from Friday evening to Monday.
    private static let memory = 3 * 86_400

    /// Whether it happened lately. By a clock that was set back, a time in the future is not long ago.
    package func isRecent(now: Timestamp) -> Bool { count > 0 && last.map { now - $0 < Self.memory } ?? false }

    mutating func succeed(at now: Timestamp) {
        if !isRecent(now: now) { (count, first) = (0, now) }
        count += 1
        last = now
    }

    mutating func forget() { (count, first, last) = (0, nil, nil) }
}
