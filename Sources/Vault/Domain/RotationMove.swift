package import Domain

/// What a commit changed of a rotation that somebody may want to know: it came into a state, or waits for another reason.
package struct RotationMove: Sendable {
    package let app: Name
    package let rotation: Rotation
    /// Whether it came into the state that it is in; else it was there already.
    package let isNewPhase: Bool

    /// `nil` when nothing is news: to look again later at the same is no event.
    /// - Parameter known: the rotation that was under way, this one or none.
    init?(of app: App, from known: Rotation?, to rotation: Rotation) {
        let known = known.flatMap { $0.id == rotation.id ? $0 : nil }
        isNewPhase = known?.phase != rotation.phase
        guard isNewPhase || (rotation.reason != nil && rotation.reason != known?.reason) else { return nil }
        self.app = app.name
        self.rotation = rotation
    }
}
