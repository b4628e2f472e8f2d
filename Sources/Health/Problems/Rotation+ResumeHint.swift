package import Domain
import PushTargets
import Rotation
package import Vault

extension Rotation {
    /// The hint that lets this rotation continue, which is blocked, or has lost an answer.
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
