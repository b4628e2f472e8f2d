import Foundation
import Synchronization
import TestSupport

/// The clocks of daemons that were started with ``environment``, as far ahead of the machine's as a test wants them.
final class TestClock: Sendable {
    private struct Offsets {
        var wall = 0
        var boot = 0
    }

    private let descriptor: Int32
    private let offsets = Mutex(Offsets())
    let environment: [String: String]

    init(in directory: String) throws {
        let path = directory + "/clock"
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0, ftruncate(descriptor, 24) == 0 else { throw HarnessError("no file for a clock") }
        environment = ["KEYTURN_TEST_CLOCK": path]
    }

    deinit { close(descriptor) }

    /// Seconds of Unix time by that wall clock.
    var now: Int { time(nil) + offsets.withLock { $0.wall } }

    /// How far the wall clock is ahead.
    var ahead: Int { offsets.withLock { $0.wall } }

    /// Time passes, asleep or awake.
    func pass(_ seconds: Int) { move(wall: seconds, boot: seconds) }

    /// Somebody sets the wall clock.
    func setWall(by seconds: Int) { move(wall: seconds, boot: 0) }

    /// Waits until the daemon has looked at what is due, that often from now on.
    func awaitLooks(_ count: Int = 1) throws {
        // The one that is under way may have begun before.
        let last = looks + count + 1
        try eventually("\(count) looks at what is due") { looks >= last }
    }

    private var looks: Int {
        var number = 0
        _ = unsafe withUnsafeMutableBytes(of: &number) { unsafe pread(descriptor, $0.baseAddress, 8, 16) }
        return number
    }

    private func move(wall: Int, boot: Int) {
        offsets.withLock { offsets in
            offsets.wall += wall
            offsets.boot += boot
            let numbers = [offsets.wall, offsets.boot]
            _ = unsafe numbers.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, 16, 0) }
        }
    }
}

extension World {
    /// Lets time pass for the daemon and for Zoom.
    func pass(_ seconds: Int, on clock: TestClock) throws {
        clock.pass(seconds)
        try sandbox.advance(seconds: seconds)
    }
}
