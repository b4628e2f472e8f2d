import Domain
import Scheduling
import Testing

@Suite struct ClockJumpTests {
    @Test(
        arguments: [
            (100, 100, .steady), (105, 100, .steady), (95, 100, .steady), (0, 0, .steady),
            (106, 100, .forward(seconds: 6)), (94, 100, .backward(seconds: 6)),
            (86_500, 100, .forward(seconds: 86_400)),
            (-86_300, 100, .backward(seconds: 86_400)),
            // Time asleep passes on both clocks.
            (604_800, 604_800, .steady),
        ] as [(Int, Int, ClockJump)]) func `a wall clock that parts from the boot clock has jumped`(
            wall: Int, boot: Int, expected: ClockJump
        ) throws
    {
        let earlier = Moment(wall: try utc("2026-11-23T17:00:00Z"), boot: 1_000)
        #expect(ClockJump(from: earlier, to: Moment(wall: earlier.wall + wall, boot: 1_000 + boot)) == expected)
    }

    @Test func `the tolerance is the caller's`() throws {
        let earlier = Moment(wall: try utc("2026-11-23T17:00:00Z"), boot: 1_000)
        let later = Moment(wall: earlier.wall + 3, boot: 1_002)
        #expect(ClockJump(from: earlier, to: later, tolerance: 0) == .forward(seconds: 1))
        #expect(ClockJump(from: earlier, to: later, tolerance: 1) == .steady)
    }

    @Test func `after a reboot only a step back is reported`() throws {
        let earlier = Moment(wall: try utc("2026-11-23T17:00:00Z"), boot: 9_000)
        #expect(ClockJump(from: earlier, to: Moment(wall: earlier.wall + 99_999, boot: 60)) == .steady)
        #expect(ClockJump(from: earlier, to: Moment(wall: earlier.wall + -40, boot: 60)) == .backward(seconds: 100))
    }
}
