import Foundation

/// When something arrived at each of many connections, seen without taking it in.
struct Readiness {
    private let times: [ContinuousClock.Instant]

    var count: Int { times.count }
    var first: ContinuousClock.Instant { times[0] }
    var last: ContinuousClock.Instant { times[times.count - 1] }
    var median: ContinuousClock.Instant { times[times.count / 2] }

    /// Waits until something has arrived at all of them.
    init(of connections: [Connection], seconds: Double) throws {
        var entries = connections.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        var times: [ContinuousClock.Instant] = []
        let end = ContinuousClock.now + .seconds(seconds)
        while !entries.isEmpty {
            let count = entries.count
            _ = unsafe entries.withUnsafeMutableBufferPointer { unsafe poll($0.baseAddress, nfds_t(count), 1_000) }
            let now = ContinuousClock.now
            entries.removeAll { $0.revents != 0 }
            times += Array(repeating: now, count: count - entries.count)
            guard now < end else { throw HarnessError("nothing arrived at \(entries.count) of \(connections.count)") }
        }
        self.times = times
    }
}

/// Fetches without pause until the generation is there: the moment from which a change could be seen.
final class Sentinel: Sendable {
    private let seen = DispatchSemaphore(value: 0)
    private let instants = Instants()

    private final class Instants: @unchecked Sendable {
        // Written before the semaphore is signalled, read behind it.
        var asked = ContinuousClock.now
    }

    /// - Parameter generation: the one that is awaited.
    init(_ agent: String, generation: Int) {
        let ask = Array(request("GET", "/v1/apps/zoom-prod/credentials?after=\(generation - 1)").utf8)
        Thread.detachNewThread { [seen, instants] in
            let connection = try? Connection(to: agent)
            while let connection {
                let asked = ContinuousClock.now
                guard (try? connection.send(ask)) != nil, let answer = try? connection.answer() else { break }
                // What was asked before this one was asked still showed the old generation.
                if answer.status == 200 { break }
                instants.asked = asked
            }
            seen.signal()
        }
    }

    /// The last moment at which the old generation was still asked for and answered: the change came after it.
    func lastBefore() -> ContinuousClock.Instant {
        seen.wait()
        return instants.asked
    }
}
