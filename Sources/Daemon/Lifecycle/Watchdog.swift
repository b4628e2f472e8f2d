import SocketServer
import Synchronization

/// Notifies systemd regularly while every event loop of the daemon responds. A daemon with a stuck loop serves nobody,
/// and only a restart helps: systemd restarts it when the notifications stop.
///
/// While a new secret is only in memory, notifications continue in any case, since nothing may end the process.
struct Watchdog: Sendable {
    /// How many times the loops are checked within systemd's limit.
    private static let looks = 4

    let limit: Duration
    let loops: [EventLoop]
    let mustLive: @Sendable () -> Bool

    /// Runs until it is cancelled.
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

/// The loops that responded in a round. A late response counts for the round in which it arrives.
final class Pulse: Sendable {
    private let beats: Mutex<[Bool]>

    init(of count: Int) { beats = Mutex(Array(repeating: false, count: count)) }

    func begin() { beats.withLock { $0 = $0.map { _ in false } } }

    func beat(_ index: Int) { beats.withLock { $0[index] = true } }

    var isWhole: Bool { beats.withLock { $0.allSatisfy { $0 } } }
}
