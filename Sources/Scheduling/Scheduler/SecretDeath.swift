package import Domain
import Rotation
package import Vault

extension AppEntry {
    /// When Zoom kills the secret that is handed out, while nothing has taken its place; `nil` when it lives on.
    package var secretDies: Timestamp? {
        guard let rotation, rotation.promotedAt == nil else { return nil }
        return rotation.revokeAt
    }

    /// When the secret of an older generation dies, or died at the latest; `nil` when that is not known, as of a secret
    /// that was only given another number.
    package func dies(_ generation: Generation) -> Timestamp? {
        guard generation < credential.generation else { return nil }
        if let rotation, rotation.promotedAt != nil, generation >= rotation.base {
            return rotation.phase == .draining ? RotationTiming().drainDeadline(rotation) : rotation.revokeAt
        }
        guard let replaced, generation <= replaced.generation else { return nil }
        return replaced.dies
    }

    /// When the secret before the current one dies, or died at the latest.
    package var previousDies: Timestamp? {
        if let rotation, rotation.promotedAt != nil { return dies(rotation.base) }
        return replaced?.dies
    }
}
