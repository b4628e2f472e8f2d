package import Domain

/// The newest secret that a completed rotation has replaced. Older ones expired no later.
package struct ReplacedSecret: Equatable, Sendable {
    package let generation: Generation
    /// The latest time at which Zoom stopped accepting it.
    package let expires: Timestamp
    /// The generation that replaced it.
    package let successor: Generation

    package init(generation: Generation, expires: Timestamp, successor: Generation? = nil) {
        self.generation = generation
        self.expires = expires
        self.successor = successor ?? generation.next
    }

    /// `nil` for a rotation that replaced nothing, or is still running.
    init?(_ rotation: Rotation) {
        guard rotation.phase == .retired, let expires = rotation.revokeAt ?? rotation.endedAt else { return nil }
        self.init(generation: rotation.base, expires: expires, successor: rotation.target)
    }
}
