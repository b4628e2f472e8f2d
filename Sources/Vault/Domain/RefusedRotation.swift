package import Domain

/// An automatic rotation that failed because Zoom refused to make a new secret.
package struct RefusedRotation: Equatable, Sendable {
    package let base: Generation
    package let at: Timestamp
    /// Zoom's message, if it had one.
    package let reason: String

    /// `nil` for any other rotation.
    init?(_ rotation: Rotation) {
        guard rotation.phase == .refused, rotation.trigger == .schedule, let at = rotation.endedAt else { return nil }
        base = rotation.base
        self.at = at
        reason = rotation.reason ?? "no reason was given"
    }
}
