package import Domain

/// How the wall clock moved between two readings, compared with the boot clock, which never jumps.
package enum ClockJump: Equatable, Sendable {
    case steady
    case forward(seconds: Int)
    case backward(seconds: Int)

    /// In seconds: covers the rounding of both clocks, and a clock that is being slewed.
    package static let tolerance = 5

    /// - Parameter tolerance: how many seconds the clocks may differ and still count as steady.
    package init(from earlier: Moment, to later: Moment, tolerance: Int = tolerance) {
        // A smaller boot clock means a reboot: at least its reading has passed since, and an unknown time more, so that
        // only a step back can be detected.
        let isSameBoot = later.boot >= earlier.boot
        let jump = (later.wall - earlier.wall) - (isSameBoot ? later.boot - earlier.boot : later.boot)
        self =
            if jump < -tolerance { .backward(seconds: -jump) } else if jump > tolerance, isSameBoot {
                .forward(seconds: jump)
            } else { .steady }
    }
}
