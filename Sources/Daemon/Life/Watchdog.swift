import SocketServer
import Synchronization

/// Tells systemd again and again that the daemon lives, which is to say that each of its event loops comes round. One that
/// no longer does serves nobody, and only a new process will: systemd makes one when nothing is heard.
///
/// While a new secret is in memory alone nothing may end the process, whatever else it does not do.
struct Watchdog: Sendable {
    /// How often within systemd's limit the loops are looked at.
    private static let looks = 4

    let limit: Duration
    let loops: [EventLoop]
    let mustLive: @Sendable () -> Bool

    /// Until it is cancelled.
    func run() async throws {
        let pulse = Pulse(of: loops.count)
        while !Task.isCancelled {
            pulse.begin()
            for (index, loop) in loops.enumerated() { loop.execute { pulse.beat(index) } }
            try await Task.sleep(for: limit / Self.looks)
            if pulse.isWhole || mustLive() { Systemd.notify("WATCHDOG=1") }
        }
    }
}

/// Who has answered to a round of questions. A beat that comes late counts for the round that it comes in.
final class Pulse: Sendable {
    private let beats: Mutex<[Bool]>

    init(of count: Int) { beats = Mutex(Array(repeating: false, count: count)) }

    func begin() { beats.withLock { $0 = $0.map { _ in false } } }

    func beat(_ index: Int) { beats.withLock { $0[index] = true } }

    var isWhole: Bool { beats.withLock { $0.allSatisfy { $0 } } }
}
