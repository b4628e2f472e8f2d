package import Domain
import Rotation
package import Vault

extension AppEntry {
    /// When the served secret expires without a successor; `nil` when no expiry is set.
    package var secretExpires: Timestamp? {
        guard let rotation else { return nil }
        return rotation.promotedAt == nil ? rotation.revokeAt : rotation.servedExpires
    }

    /// When the secret of an older generation expires, or the latest time at which it expired; `nil` when that is not
    /// known, for instance for a secret that only got a new number.
    package func expiry(of generation: Generation) -> Timestamp? {
        guard generation < credential.generation else { return nil }
        if let rotation, rotation.promotedAt != nil, generation >= rotation.base {
            return rotation.phase == .draining ? RotationTiming().drainDeadline(rotation) : rotation.oldExpires
        }
        guard let replaced, generation <= replaced.generation else { return nil }
        return replaced.expires
    }

    /// When the overlap of the running rotation ends or ended; `nil` before the new secret is live.
    package var overlapEnds: Timestamp? {
        guard let rotation, let promotedAt = rotation.promotedAt else { return nil }
        let end = rotation.endsNowSince ?? promotedAt + rotation.overlap
        return RotationTiming().drainDeadline(rotation).map { min($0, end) } ?? end
    }

    /// When the secret before the current one expires, or the latest time at which it expired.
    package var previousExpiry: Timestamp? {
        if let rotation, rotation.promotedAt != nil { return expiry(of: rotation.base) }
        return replaced?.expires
    }
}
