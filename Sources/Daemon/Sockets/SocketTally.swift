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

    // MARK: Time

    /// So many turns a second are timed, and of more each sixteenth: even a look at the clock costs something to a loop that
    /// has no more than a few microseconds for each answer.
    static let timedTurns = 256

    /// When the turn began whose answers are timed; 0 when they are not.
    private var began = 0
    private var second = 0
    private var turns = 0

    /// Notes that the first request of a turn of the loop arrived.
    /// - Parameter now: seconds, on any clock.
    func beginTurn(_ now: Int) {
        if now != second { (second, turns) = (now, 0) }
        turns += 1
        began = turns <= Self.timedTurns || turns & 15 == 0 ? Latency.now : 0
    }

    /// Notes that so many requests of this turn are answered.
    func answered(_ count: Int) {
        guard began != 0, count > 0 else { return }
        latency.add(Latency.now - began, times: count)
    }

    /// Notes that an answer had to be waited for, for so many nanoseconds.
    func answeredLate(_ nanoseconds: Int) { waiting.add(nanoseconds) }

    var snapshot: Snapshot {
        Snapshot(fetches: counts.mapValues(\.number), latency: latency, waiting: waiting)
    }
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
