import Rotation

extension RotationTiming {
    /// For tests that want the end of a rotation, however slow the machine is: an order waits for its publisher.
    static var unhurried: RotationTiming {
        var timing = RotationTiming()
        timing.publishPatience = 300
        return timing
    }
}
