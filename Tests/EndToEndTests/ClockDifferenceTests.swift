import Foundation
import TestSupport
import Testing

/// A host whose clock is not Zoom's.
@Suite(.realProcesses) struct ClockDifferenceTests {
    @Test func `a clock that is two hours ahead of Zoom's is named by the status, the doctor and the refused rotation`()
        throws
    {
        try withWorld(serving: false) { world in
            let clock = try TestClock(in: world.directory)
            try world.initialise()
            clock.setWall(by: 7200)
            try world.start(environment: clock.environment)
            try world.addApp("zoom-prod")
            let refused = try world.keyturn("rotate", "zoom-prod")
            #expect(refused.exit == 79, "\(refused)")
            for words in ["ahead of Zoom's", "timedatectl set-ntp true"] {
                #expect(refused.errors.contains(words), "\(refused)")
            }
            #expect(try world.problems() == ["clock_differs"])
            let said = try world.keyturn("doctor").output
            #expect(said.contains("warning  clock_differs: this host's clock is"), "\(said)")
            clock.setWall(by: -7200)
            #expect(try !world.problems().contains("clock_differs"), "right again, and seen at once")
            #expect(try world.keyturn("rotate", "zoom-prod").exit == 0)
        }
    }
}
