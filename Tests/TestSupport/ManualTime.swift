package import Domain
import Synchronization

/// Both clocks, moved by hand.
package final class ManualTime: TimeSource {
    private let moment: Mutex<Moment>

    package init(wall: Int = 1_800_000_000, boot: Int = 50_000) {
        moment = Mutex(Moment(wall: Timestamp(unixSeconds: wall), boot: boot))
    }

    package var now: Moment { moment.withLock { $0 } }

    /// Time passes: both clocks go on.
    package func pass(_ seconds: Int) {
        moment.withLock { $0 = Moment(wall: $0.wall + seconds, boot: $0.boot + seconds) }
    }

    /// Somebody sets the wall clock, by so many seconds; the boot clock knows nothing of it.
    package func setWall(by seconds: Int) {
        moment.withLock { $0 = Moment(wall: $0.wall + seconds, boot: $0.boot) }
    }

    /// The machine starts again: the boot clock begins anew.
    package func reboot(after seconds: Int) {
        moment.withLock { $0 = Moment(wall: $0.wall + seconds, boot: 1) }
    }
}
