import Glibc

/// One reading of both clocks.
package struct Moment: Equatable, Sendable {
    /// The wall clock: for times that others must understand. May jump in either direction.
    package let wall: Timestamp
    /// Seconds since the machine started, time asleep included (CLOCK_BOOTTIME): for what has passed. Never jumps.
    package let boot: Int

    package init(wall: Timestamp, boot: Int) {
        self.wall = wall
        self.boot = boot
    }

    /// By how many seconds the wall clock was set ahead since then; negative when it was set back.
    package func secondsSet(since earlier: Moment) -> Int { (wall - earlier.wall) - (boot - earlier.boot) }
}

/// Where the time comes from.
package protocol TimeSource: Sendable {
    var now: Moment { get }
}

/// The machine's own clocks.
package struct SystemTime: TimeSource {
    package init() {}

    package var now: Moment {
        Moment(wall: Timestamp(unixSeconds: Self.seconds(CLOCK_REALTIME)), boot: Self.seconds(CLOCK_BOOTTIME))
    }

    private static func seconds(_ clock: clockid_t) -> Int {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return time.tv_sec
    }
}
