package import Domain

/// A rotation that began by itself and came to nothing, since Zoom would make no new secret.
package struct RefusedRotation: Equatable, Sendable {
    package let base: Generation
    package let at: Timestamp
    /// In Zoom's words, as far as it had any.
    package let reason: String

    /// `nil` for any other rotation.
    init?(_ rotation: Rotation) {
        guard rotation.phase == .refused, rotation.trigger == .schedule, let at = rotation.endedAt else { return nil }
        base = rotation.base
        self.at = at
        reason = rotation.reason ?? "no reason was given"
    }
}
