package import Domain

/// A noteworthy change of a rotation by a commit: it entered a state, or waits for another reason.
package struct RotationMove: Sendable {
    package let app: Name
    package let rotation: Rotation
    /// Whether it just entered its state.
    package let isNewPhase: Bool

    /// `nil` when there is no news: repeating an attempt with the same result is not an event.
    /// - Parameter known: the rotation that was running, which may be this one, or none.
    init?(of app: App, from known: Rotation?, to rotation: Rotation) {
        let known = known.flatMap { $0.id == rotation.id ? $0 : nil }
        isNewPhase = known?.phase != rotation.phase
        guard isNewPhase || (rotation.reason != nil && rotation.reason != known?.reason) else { return nil }
        self.app = app.name
        self.rotation = rotation
    }
}
