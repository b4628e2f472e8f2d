import Domain
import SocketAPI
import TestSupport
import Testing

@testable import Health

/// Clocks that cannot be right.
@Suite struct ClockProblemTests {
    @Test(
        arguments: [
            (0, 0, []), (86_400, 0, []), (86_401, 0, ["clock_implausible"]), (-86_401, 0, []),
            // The one at the start was wrong, and this is the right one.
            (86_401, -1_700_000_000, []),
        ] as [(Int, Int, [String])])
    func `a clock that is set far ahead while the daemon runs is named`(set: Int, start: Int, codes: [String]) {
        let time = ManualTime(wall: 1_800_000_000 + start)
        let started = time.now
        time.pass(40 * 86_400)
        time.setWall(by: set)
        #expect(ClockProblem.jump(time.now, since: started).map(\.code) == codes)
    }

    @Test(
        arguments: [
            ("right", 0, nil, false), ("a year ahead", 365 * 86_400, nil, false), ("1970", -1_800_000_000, nil, true),
            ("before the program", -(1_800_000_000 - 1_795_132_799), nil, true),
            ("as old as the program", -(1_800_000_000 - 1_795_132_800), nil, false),
            ("five minutes behind the last change", 0, 300, false), ("more", 0, 301, true),
            ("ahead of it", 0, -9000, false),
        ] as [(String, Int, Int?, Bool)])
    func `a clock that is behind the vault's writes is named`(name: String, clock: Int, newest: Int?, isWrong: Bool) {
        let now = Timestamp(unixSeconds: 1_800_000_000 + clock)
        let problems = ClockProblem.problems(newest.map { now + $0 }, now: now)
        #expect(problems.map(\.code) == (isWrong ? ["clock_implausible"] : []), "\(name)")
    }
}
