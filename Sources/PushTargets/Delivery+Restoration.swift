package import Domain
import Vault

/// How often the current secret is pushed again, and for how long that is reported. Pure: depends only on the facts and
/// the time.
extension Delivery {
    /// Seconds between two attempts: a program that keeps overwriting the connection must not make Keyturn save it all
    /// the time.
    static let restorePause = 3600

    func mayRestore(now: Timestamp) -> Bool { restoration.map { now - $0.triedAt >= Self.restorePause } ?? true }

    mutating func recordRestoring(at now: Timestamp) {
        if restoration == nil { restoration = Restoration(triedAt: now) }
        restoration?.triedAt = now
    }

    /// A time recorded before the clock was set back would delay the next attempt until the clock has caught up.
    mutating func correctRestoration(now: Timestamp) {
        guard let triedAt = restoration?.triedAt, triedAt > now else { return }
        restoration?.triedAt = now
    }

    /// Whether the console must be checked for a change. A time in the future was recorded before the clock was set back.
    func isLookDue(after pause: Int, now: Timestamp) -> Bool {
        lookedAt.map { $0 > now || now - $0 >= pause } ?? true
    }
}

extension Restoration {
    /// In seconds: from Friday evening to Monday.
    private static let memory = 3 * 86_400

    /// Whether it happened recently. A time in the future was recorded before the clock was set back, and counts as
    /// recent.
    package func isRecent(now: Timestamp) -> Bool { count > 0 && last.map { now - $0 < Self.memory } ?? false }

    mutating func succeed(at now: Timestamp) {
        if !isRecent(now: now) { (count, first) = (0, now) }
        count += 1
        last = now
    }

    mutating func forget() { (count, first, last) = (0, nil, nil) }
}
