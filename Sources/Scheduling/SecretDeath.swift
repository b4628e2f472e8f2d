package import Times
package import Vault

extension AppEntry {
    /// When Zoom kills the secret that is handed out, while nothing has taken its place; `nil` when it lives on.
    package var secretDies: Timestamp? {
        guard let rotation, rotation.promotedAt == nil else { return nil }
        return rotation.revokeAt
    }
}
