package import Domain

/// The newest secret that a rotation which is over has replaced. Older ones died no later.
package struct ReplacedSecret: Equatable, Sendable {
    package let generation: Generation
    /// When Zoom took it no longer, at the latest.
    package let dies: Timestamp

    package init(generation: Generation, dies: Timestamp) {
        self.generation = generation
        self.dies = dies
    }

    /// `nil` for a rotation that replaced nothing, or is under way.
    init?(_ rotation: Rotation) {
        guard rotation.phase == .retired, let dies = rotation.revokeAt ?? rotation.endedAt else { return nil }
        self.init(generation: rotation.base, dies: dies)
    }
}
