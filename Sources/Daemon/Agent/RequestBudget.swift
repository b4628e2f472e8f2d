import Names
import SocketAPI
import Synchronization
import Times

/// How many requests a client may make in each second of the boot clock, on all of its connections together.
final class RequestBudget: Sendable {
    private struct Spent {
        var second: Int
        var requests = 0
    }

    private let perSecond: Int
    private let spent = Mutex<[Name: Spent]>([:])

    init(perSecond: Int) { self.perSecond = perSecond }

    /// Notes a request of the client's, or refuses it.
    func spend(_ client: Name, now: Moment) throws(Problem) {
        let isWithin = spent.withLock { spent in
            var mine = spent[client] ?? Spent(second: now.boot)
            if mine.second != now.boot { mine = Spent(second: now.boot) }
            mine.requests += 1
            spent[client] = mine
            return mine.requests <= perSecond
        }
        guard isWithin else {
            throw Problem(
                .tooManyRequests, "client '\(client)' asks more than \(perSecond) times a second",
                try: "ask again later")
        }
    }
}
