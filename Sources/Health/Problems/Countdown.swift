import Domain

extension Timestamp {
    /// `expires at 2026-12-23T19:15:48Z, in 6 d 23 h`, or `expired at 2026-12-23T19:15:48Z, 2 h 5 min ago`.
    func expiryWords(_ now: Timestamp) -> String {
        self > now
            ? "expires at \(self), in \(countdown(self - now))" : "expired at \(self), \(countdown(now - self)) ago"
    }
}

/// Seconds in the two largest units: `6 d 23 h`, `7 d`, `23 h 59 min`, `59 min`, `42 s`.
package func countdown(_ seconds: Int) -> String {
    let seconds = max(seconds, 0)
    func text(_ large: Int, _ unit: String, _ small: Int, _ smallUnit: String) -> String {
        small == 0 ? "\(large) \(unit)" : "\(large) \(unit) \(small) \(smallUnit)"
    }
    switch seconds {
    case ..<60: return "\(seconds) s"
    case ..<3600: return "\(seconds / 60) min"
    case ..<86_400: return text(seconds / 3600, "h", seconds / 60 % 60, "min")
    default: return text(seconds / 86_400, "d", seconds / 3600 % 24, "h")
    }
}
