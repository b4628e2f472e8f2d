package import Domain

/// The newest secret that a completed rotation has replaced. Older ones expired no later.
package struct ReplacedSecret: Equatable, Sendable {
    package let generation: Generation
    /// The latest time at which Zoom stopped accepting it.
    package let expires: Timestamp

    package init(generation: Generation, expires: Timestamp) {
        self.generation = generation
        self.expires = expires
    }

    /// `nil` for a rotation that replaced nothing, or is still running.
    init?(_ rotation: Rotation) {
        guard rotation.phase == .retired, let expires = rotation.revokeAt ?? rotation.endedAt else { return nil }
        self.init(generation: rotation.base, expires: expires)
    }
}
