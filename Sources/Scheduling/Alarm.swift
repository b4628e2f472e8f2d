package import Times
package import Vault

extension AppEntry {
    /// When Zoom kills the secret that is handed out, while nothing has taken its place; `nil` when it lives on.
    package var secretDies: Timestamp? {
        guard let rotation, rotation.promotedAt == nil else { return nil }
        return rotation.revokeAt
    }
}

/// The alarms before a secret that is handed out dies. Each is told once; of several that are due, the latest.
package enum Alarms {
    /// Seconds before the death.
    package static let before = [7 * 86_400, 86_400, 3600]

    /// When the next one is due.
    package static func due(_ entry: AppEntry, told: Upkeep.Alarm?) -> Timestamp? {
        guard let dies = entry.secretDies, let next = left(entry, told).max() else { return nil }
        return dies + -next
    }

    /// The one that is to be told now, if any.
    package static func toTell(_ entry: AppEntry, told: Upkeep.Alarm?, now: Timestamp) -> Upkeep.Alarm? {
        guard let rotation = entry.rotation, let dies = entry.secretDies else { return nil }
        return left(entry, told).filter { dies + -$0 <= now }.min().map {
            Upkeep.Alarm(rotationID: rotation.id, before: $0)
        }
    }

    private static func left(_ entry: AppEntry, _ told: Upkeep.Alarm?) -> [Int] {
        guard let told, told.rotationID == entry.rotation?.id else { return before }
        return before.filter { $0 < told.before }
    }
}
