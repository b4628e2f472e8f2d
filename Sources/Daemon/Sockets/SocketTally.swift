import Audit
import NIOCore
import Synchronization

/// What the connections of one event loop were answered, in numbers. Used on that loop alone, so that to count is to add:
/// no lock, and for a connection that asks the same again not even a look into a table.
final class SocketTally {
    /// What is counted together.
    struct Label: Hashable, Sendable {
        /// No name that the grammar of names has: of nobody whom the rules know, and of all who have no count of their own.
        static let nobody = "-"
        static let others = "*"

        let client: String
        let outcome: AuditEvent.Outcome
    }

    final class Count {
        fileprivate(set) var number = 0
        func add() { number += 1 }
    }

    struct Snapshot: Equatable, Sendable {
        var fetches: [Label: Int] = [:]
        var latency = Latency()
        var waiting = Latency()

        mutating func add(_ other: Snapshot) {
            fetches.merge(other.fetches, uniquingKeysWith: +)
            latency.add(other.latency)
            waiting.add(other.waiting)
        }
    }

    /// How many there are counts for. Clients come and go by the operator's hand; this holds what that can cost.
    static let mostLabels = 4000

    private var counts: [Label: Count] = [:]
    /// Of answers that were there at once.
    private var latency = Latency()
    /// Of answers that Zoom was waited for.
    private var waiting = Latency()

    func count(of label: Label) -> Count {
        if let count = counts[label] { return count }
        guard counts.count < Self.mostLabels || label.client == Label.others else {
            return count(of: Label(client: Label.others, outcome: label.outcome))
        }
        let count = Count()
        counts[label] = count
        return count
    }

    func took(_ arrival: Arrival, now: Int) {
        switch arrival.kind {
        case .untimed: break
        case .atOnce: latency.add(now - arrival.at)
        case .late: waiting.add(now - arrival.at)
        }
    }

    var snapshot: Snapshot {
        Snapshot(fetches: counts.mapValues(\.number), latency: latency, waiting: waiting)
    }
}

/// When the last bytes of a request arrived, by ``Latency/now``, and how its answer is told of.
struct Arrival {
    enum Kind {
        /// Nobody measures, or the client wanted to wait.
        case untimed
        case atOnce
        /// The answer had to be waited for.
        case late
    }

    var at = 0
    var kind = Kind.untimed
}

/// The tallies of all event loops of a socket, for whoever wants them together.
final class SocketTallies: Sendable {
    private let tallies = Mutex<[NIOLoopBound<SocketTally>]>([])

    /// To be called on the event loop.
    func make(on eventLoop: any EventLoop) -> SocketTally {
        let tally = SocketTally()
        let bound = NIOLoopBound(tally, eventLoop: eventLoop)
        tallies.withLock { $0.append(bound) }
        return tally
    }

    /// Each loop is asked between two of its requests.
    func total() async -> SocketTally.Snapshot {
        var total = SocketTally.Snapshot()
        for tally in tallies.withLock({ $0 }) {
            // A loop that has ended has nothing to tell any more.
            if let part = try? await tally.eventLoop.submit({ tally.value.snapshot }).get() { total.add(part) }
        }
        return total
    }
}
