package import FoundationEssentials

/// The requests to Zoom's endpoints: the latest 100,000, and a count of all. Contains no secret and no token.
package struct RequestLog: Sendable {
    package enum Outcome: String, Sendable, Encodable {
        case answered, truncated, dropped, hung
    }

    package struct Entry: Sendable, Encodable, Equatable {
        /// Counts from 1 and never restarts.
        package var sequence = 0
        package var time: Date
        package var method: String
        /// Without the query; cut after 200 characters.
        package var path: String
        /// As the request named it, known or not.
        package var grant: String?
        /// The client ID of the Basic pair, or of the app that the token belongs to.
        package var clientID: String?
        /// The app's secret that the Basic pair contained, whether it works or not; absent if it was none of them.
        package var secretID: String?
        /// The status that was sent, or would have been without the fault; absent if nothing was decided.
        package var status: Int?
        package var trackingID: String
        package var outcome = Outcome.answered
        /// False: a fault prevented any effect.
        package var processed = true
        package var fault: Fault.Kind?
    }

    package static let capacity = 100_000
    private var ring: [Entry] = []
    private var oldest = 0
    /// The sequence of the latest request: the number of requests ever made.
    package private(set) var lastSequence = 0
    /// Endpoint to status (or outcome, if not `answered`) to count, since the last ``clear()``.
    package private(set) var counters: [String: [String: Int]] = [:]

    package var entries: [Entry] { Array(ring[oldest...] + ring[..<oldest]) }

    package func entries(path: String, after: Int) -> [Entry] {
        entries.filter { $0.sequence > after && $0.path.hasPrefix(path) }
    }

    /// Gives the entry its sequence and stores it.
    mutating func append(_ entry: inout Entry, endpoint: String) {
        lastSequence += 1
        entry.sequence = lastSequence
        let key = entry.outcome == .answered ? String(entry.status ?? 0) : entry.outcome.rawValue
        counters[endpoint, default: [:]][key, default: 0] += 1
        if ring.count < Self.capacity {
            ring.append(entry)
        } else {
            ring[oldest] = entry
            oldest = (oldest + 1) % Self.capacity
        }
    }

    /// Removes entries and counters; sequences continue.
    package mutating func clear() {
        ring = []
        oldest = 0
        counters = [:]
    }
}
