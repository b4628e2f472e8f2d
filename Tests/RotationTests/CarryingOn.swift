import Rotation
import TestSupport

extension RotationEngine {
    /// What the daemon does at a start, and when something is due, for a vault whose one app is `zoom`.
    func carryOnZoom() async {
        await lookAtSpool()
        await carryOn(.test("zoom"))
        await judgeCandidates(of: .test("zoom"))
    }
}
