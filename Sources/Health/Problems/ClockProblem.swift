package import Domain
import Rotation
package import SocketAPI

/// Detects a clock that cannot be right, as far as the host can know.
package enum ClockProblem {
    /// How many seconds the clock may be behind the last write: normal corrections are smaller.
    static let tolerance = 300

    /// A clock that was set far ahead while the daemon ran.
    static func jump(_ now: Moment, since started: Moment) -> [HealthIssue] {
        var timing = RotationTiming()
        timing.earliest = keyturnReleased
        guard timing.isSetAhead(now, since: started) else { return [] }
        return [
            .init(
                .clockImplausible,
                "the clock was set \(countdown(now.secondsSet(since: started))) ahead while the daemon ran: no old secret "
                    + "is revoked because of it",
                try: "timedatectl set-ntp true; if it is right now: systemctl restart keyturnd")
        ]
    }

    /// A clock that Zoom's answers contradict.
    static func difference(_ found: ZoomClock.Difference?) -> [HealthIssue] {
        guard let found else { return [] }
        let effect =
            switch found.ahead {
            case _ where found.preventsRotation: "Zoom refuses rotations, and deadlines depend on the clock"
            case 1...: "old secrets are revoked later than it seems here"
            default: "secrets and tokens expire earlier than it seems here, and Zoom may refuse to revoke old secrets"
            }
        return [
            .init(
                .clockDiffers, "\(found.words) (\(found.place)): \(effect)", try: AttentionCode.clockDiffers.advice.hint
            )
        ]
    }

    /// - Parameter newest: the latest time that the vault knows.
    package static func problems(_ newest: Timestamp?, now: Timestamp) -> [HealthIssue] {
        guard now >= keyturnReleased else {
            return [
                .init(
                    .clockImplausible,
                    "the clock says \(now), which is before this program was built: nothing is rotated",
                    try: "timedatectl set-ntp true")
            ]
        }
        guard let newest, newest - now > tolerance else { return [] }
        return [
            .init(
                .clockImplausible,
                "the clock says \(now), and the vault or its audit log was written at \(newest): it is "
                    + "\(countdown(newest - now)) behind, or was ahead then",
                try: "timedatectl set-ntp true; if it is right now: keyturn audit acknowledge")
        ]
    }
}
