import Rotation

extension RotationTiming {
    /// For tests that want the end of a rotation, however slow the machine is: an order waits for its publisher.
    static var unhurried: RotationTiming {
        var timing = prompt
        timing.publishPatience = 300
        return timing
    }

    /// For tests that are not about the two minutes that an old secret lives after Zoom was asked to revoke it.
    static var prompt: RotationTiming {
        var timing = RotationTiming()
        (timing.endLead, timing.endMargin) = (0, 0)
        return timing
    }
}
