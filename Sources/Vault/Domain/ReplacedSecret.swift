package import Domain

/// The newest secret that a completed rotation has replaced. Older ones expired no later.
package struct ReplacedSecret: Equatable, Sendable {
    package let generation: Generation
    /// The latest time at which Zoom stopped accepting it.
    package let dies: Timestamp

    package init(generation: Generation, dies: Timestamp) {
        self.generation = generation
        self.dies = dies
    }

    /// `nil` for a rotation that replaced nothing, or is still running.
    init?(_ rotation: Rotation) {
        guard rotation.phase == .retired, let dies = rotation.revokeAt ?? rotation.endedAt else { return nil }
        self.init(generation: rotation.base, dies: dies)
    }
}
