package import Domain
import PushTargets
import Rotation
import Scheduling
package import Vault

// Sentences that the log and the status share.

/// A secret that consumers get, that will expire, and that has no successor.
struct ExpiringSecret {
    let expires: Timestamp
    let detail: String
    let hint: String

    /// `nil` when it does not expire.
    init?(_ entry: AppEntry, now: Timestamp) {
        guard let rotation = entry.rotation, let expires = entry.secretExpires else { return nil }
        self.expires = expires
        detail = "the current secret \(expiryWords(expires, now)), and has no successor"
        hint =
            rotation.phase == .blocked
            ? goingOn(rotation, of: entry.app.name) : "keyturn rotation show \(rotation.id)"
    }
}

/// A secret that Zoom refuses, and the possible reasons.
package struct RefusedSecret {
    package let detail: String
    package let hint: String?

    package init(app: Name, cause: ZoomCause, reason: String?, isRotating: Bool) {
        let said = reason ?? cause.meaning
        switch cause {
        case .invalidClient where !isRotating:
            detail = "\(said): it was changed or revoked in the Marketplace, or entered wrongly"
            hint = "keyturn rotate \(app) --manual; if the cause is fixed: keyturn app verify \(app)"
        case .invalidClient:
            detail = said
            hint = "keyturn app verify \(app)"
        default:
            detail = said
            hint = cause.fix(app.description)
        }
    }
}

/// A secret from a backup that Zoom refuses. No client gets it, and waiting does not help.
package struct RestoredSecret {
    package let detail: String
    package let hint: String

    package init(app: Name, cause: ZoomCause, reason: String) {
        detail = reason
        hint =
            cause == .appDisabled
            ? cause.fix(app.description)
            : "generate a new secret in the Marketplace, then: keyturn rotate \(app) --manual"
    }
}

/// A secret that was made after the restored backup was taken, so that the vault does not have it.
struct LostSecret {
    let detail: String
    let hint: String

    init(_ lost: GenerationFloor, _ entry: AppEntry, now: Timestamp) {
        let app = entry.app.name
        let made = lost.madeAt.map { "was made at \($0)" } ?? "was made later"
        let end =
            lost.restoredUntil.map { expiryWords($0, now) }
            ?? "may be revoked at any time; the audit log does not say when"
        detail =
            "generation \(lost.generation) \(made) and is not in the restored vault; generation "
            + "\(entry.credential.generation), which it has, \(end)"
        if let rotation = entry.rotation {
            hint = "keyturn rotation show \(rotation.id)"
        } else if entry.refusal.map({ !$0.mayPass }) ?? false {
            hint = "generate a new secret in the Marketplace, then: keyturn rotate \(app) --manual"
        } else {
            hint = "keyturn rotate \(app); if zoom refuses: keyturn rotate \(app) --manual"
        }
    }
}

/// The hint that lets a blocked rotation continue.
/// - Parameter targets: the app's push targets. A refusal by one of them comes first: unless it is fixed, the rotation is
///   blocked again.
package func goingOn(_ rotation: Rotation, of app: Name, targets: [TargetEntry] = []) -> String {
    let isUsedUp = rotation.calls.count >= RotationTiming().callsPerRotation
    if rotation.promotedAt == nil, isUsedUp, rotation.resumesAt ?? .lostResponse == .lostResponse {
        return "generate a new secret in the Marketplace, then: keyturn rotate \(app) --manual"
    }
    let resume = "keyturn rotation resume \(rotation.id)"
    if rotation.promotedAt == nil { return "when the cause is fixed: \(resume); else keyturn rotate \(app) --manual" }
    for entry in targets {
        guard let failure = entry.delivery.failure, failure.isRefusal else { continue }
        return "\(TargetHint.failed(entry.target.name, failure)); or keyturn rotation resume \(rotation.id)"
    }
    return "when the cause is fixed: \(resume); to continue without it: keyturn rotation finish \(rotation.id)"
}

/// `expires at 2026-12-23T19:15:48Z, in 6 d 23 h`, or `expired at 2026-12-23T19:15:48Z, 2 h 5 min ago`.
func expiryWords(_ expires: Timestamp, _ now: Timestamp) -> String {
    expires > now
        ? "expires at \(expires), in \(countdown(expires - now))"
        : "expired at \(expires), \(countdown(now - expires)) ago"
}

/// Seconds in the two largest units: `6 d 23 h`, `23 h 59 min`, `59 min`, `42 s`.
package func countdown(_ seconds: Int) -> String {
    let seconds = max(seconds, 0)
    switch seconds {
    case ..<60: return "\(seconds) s"
    case ..<3600: return "\(seconds / 60) min"
    case ..<86_400: return "\(seconds / 3600) h \(seconds / 60 % 60) min"
    default: return "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
    }
}
