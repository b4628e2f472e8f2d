package import Domain
package import HTTPTransport
import Synchronization
import Zoom

/// How far this host's clock is from Zoom's, by the `Date` of Zoom's answers. Their senders were verified by TLS.
package final class ZoomClock: Sendable {
    package struct Difference: Equatable, Sendable {
        /// The address whose answers say so.
        package let place: String
        /// Seconds by which this host's clock is ahead; negative when it is behind.
        package let ahead: Int

        /// Whether Zoom refuses to make a new secret: the request names a time that is 30 days less an hour ahead, and Zoom
        /// allows 30 days. [doc: 2001]
        package var preventsRotation: Bool { ahead > 3600 || ahead < 3600 - 30 * 86_400 }

        package var words: String {
            "this host's clock is \(countdown(abs(ahead))) \(ahead > 0 ? "ahead of" : "behind") Zoom's"
        }
    }

    private struct Reading {
        var ahead: Int
        var at: Moment
        /// How many answers in a row said that the clocks differ.
        var count: Int
    }

    /// How many seconds the clocks may differ. A request to revoke an old secret names a time two minutes ahead, and Zoom
    /// refuses a time that is over by its clock [doc: 2001]. Half of that is left for a slow request. A host that sets its
    /// clock by NTP stays within a second.
    package static let tolerance = 60
    /// For how many seconds an answer counts. An address in use answers each few minutes.
    private static let life = 3600

    private let time: any TimeSource
    private let places = Mutex<[String: Reading]>([:])

    package init(time: any TimeSource) { self.time = time }

    /// - Parameters:
    ///   - date: the answer's, in Unix time. It was written after the request was sent, and before now.
    ///   - sent: when the request was sent.
    package func record(_ date: Int, from place: String, sent: Moment) {
        let now = time.now
        let (earliest, latest) = (sent.wall.unixSeconds - date, now.wall.unixSeconds - date)
        let ahead = earliest > 0 ? earliest : min(latest, 0)
        places.withLock { places in
            let before = places[place]
            // If this host's clock was set since, the answer before says the same.
            let isConfirmed = before.map { abs($0.ahead + now.secondsSet(since: $0.at)) > Self.tolerance } ?? false
            let count = isConfirmed ? max((before?.count ?? 0) + 1, 2) : 1
            places[place] = Reading(ahead: ahead, at: now, count: abs(ahead) > Self.tolerance ? count : 0)
        }
    }

    /// The greatest difference beyond the tolerance, by the present setting of this host's clock. A single answer may be
    /// wrong.
    package var difference: Difference? {
        let now = time.now
        let found = places.withLock { places in
            places.compactMap { place, reading -> Difference? in
                guard reading.count != 1, now.boot - reading.at.boot < Self.life else { return nil }
                return Difference(place: place, ahead: reading.ahead + now.secondsSet(since: reading.at))
            }
        }
        return found.filter { abs($0.ahead) > Self.tolerance }
            .max { (abs($0.ahead), $1.place) < (abs($1.ahead), $0.place) }
    }
}

/// Reads the clock of everybody who answers.
package struct ClockedTransport: HTTPTransport {
    private let base: any HTTPTransport
    private let clock: ZoomClock
    private let time: any TimeSource

    package init(_ base: any HTTPTransport, clock: ZoomClock, time: any TimeSource) {
        (self.base, self.clock, self.time) = (base, clock, time)
    }

    package func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        let sent = time.now
        let answer = try await base.send(request)
        // An answer out of a cache has an old date.
        if answer.headers["age"] == nil, let date = HTTPDate.seconds(answer.headers["date"]) {
            clock.record(date, from: request.url.origin, sent: sent)
        }
        return answer
    }
}
