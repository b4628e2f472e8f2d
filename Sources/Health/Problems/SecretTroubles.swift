package import Domain
import PushTargets
import Rotation
import Scheduling
package import Vault

extension ZoomCause {
    /// What the log and the status say when Zoom refuses a secret.
    package func advice(on app: Name, because reason: String?, isRotating: Bool) -> Advice {
        let reason = reason ?? meaning
        return switch self {
        case .invalidClient where isRotating: Advice(reason, try: "keyturn app verify \(app)")
        case .invalidClient:
            Advice(
                "\(reason): it was changed or revoked in the Marketplace, or entered wrongly",
                try: "keyturn rotate \(app) --manual; if the cause is fixed: keyturn app verify \(app)")
        case .appDisabled, .unsupportedGrant, .missingScopes, .ssoDisabled, .answerLost:
            Advice(reason, try: fix(app.description))
        default: Advice(reason, try: "\(fix(app.description)); then keyturn app verify \(app)")
        }
    }
}

/// Zoom's refusal of a secret.
package struct SecretRefusal: Equatable, Sendable {
    package let cause: ZoomCause
    package let reason: String
    /// Whether another attempt may succeed.
    package let mayPass: Bool

    /// What to do if the secret is from a backup: waiting does not help.
    package func fixOfRestored(_ app: Name) -> String {
        cause == .appDisabled ? cause.fix(app.description) : Remedy.newSecret(app)
    }
}

extension Rotation {
    /// The hint that lets this rotation continue, which is blocked.
    /// - Parameter targets: the app's push targets. A refusal by one of them comes first: unless it is fixed, the rotation
    ///   is blocked again.
    package func resumeHint(of app: Name, targets: [TargetEntry] = []) -> String {
        // Only the secret that was generated in the Marketplace has no end.
        if servedExpires != nil { return "keyturn rotate \(app) --manual, with the secret from the Marketplace" }
        let isUsedUp = calls.count >= RotationTiming().callsPerRotation
        if promotedAt == nil, isUsedUp, resumesAt ?? .lostResponse == .lostResponse { return Remedy.newSecret(app) }
        let resume = "keyturn rotation resume \(id)"
        if promotedAt == nil { return "when the cause is fixed: \(resume); else keyturn rotate \(app) --manual" }
        for entry in targets {
            guard let failure = entry.delivery.failure, failure.isRefusal else { continue }
            return "\(TargetHint.failed(entry.target.name, failure)); or \(resume)"
        }
        return "when the cause is fixed: \(resume); to continue without it: keyturn rotation finish \(id)"
    }
}

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
