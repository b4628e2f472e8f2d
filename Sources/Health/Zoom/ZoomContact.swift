import Domain

/// What is known about one token endpoint of Zoom: when it last gave a usable answer, and since when it has not. A value
/// without a clock.
package struct ZoomContact: Equatable, Sendable {
    /// Seconds without an answer after which it is checked.
    static let quiet = 300
    /// Seconds between checks while it does not answer.
    static let retry = 60
    /// Seconds without a usable answer after which that is a problem, if an attempt has failed.
    static let patience = 900

    struct Failure: Equatable, Sendable {
        /// When the first failure in a row happened.
        let since: Timestamp
        /// The reason of the last one.
        var reason: String
        /// Its cause.
        var cause: ZoomCause
        /// The app whose token was requested, which is retried; `nil` when only the endpoint was checked.
        var app: Name?
    }

    /// When it last issued a token or refused one for good. After a restart, the last time in the vault.
    private(set) var heard: Timestamp
    private(set) var failure: Failure?
    /// Apps that get no token, although others at this endpoint may: tokens of others do not end these failures.
    private(set) var apps: [Name: Failure] = [:]
    /// When this process last tried it, in seconds of the boot clock.
    private var tried: Int?

    init(heard: Timestamp) { self.heard = heard }

    /// - Parameter app: whose token was requested; `nil` when only the endpoint was checked, which does not end failures
    ///   of token requests.
    mutating func answered(_ now: Moment, of app: Name? = nil) {
        tried = now.boot
        if let app { apps[app] = nil } else if failure?.app != nil { return }
        (heard, failure) = (now.wall, nil)
    }

    mutating func failed(_ reason: String, _ cause: ZoomCause = .unreachable, of app: Name?, _ now: Moment) {
        failure = Failure(
            since: min(failure?.since ?? now.wall, now.wall), reason: reason, cause: cause, app: app ?? failure?.app)
        tried = now.boot
        guard let app else { return }
        apps[app] = Failure(since: min(apps[app]?.since ?? now.wall, now.wall), reason: reason, cause: cause, app: app)
    }

    /// Records that an attempt starts.
    mutating func begin(_ now: Moment) { tried = now.boot }

    /// Whether it must be checked now, because nobody else used it.
    func isDue(_ now: Moment) -> Bool {
        guard let tried else { return now.wall - heard >= Self.quiet || heard > now.wall }
        return now.boot - tried >= (failure == nil ? Self.quiet : Self.retry)
    }

    /// For how many seconds it has given no usable answer, once that is a problem: a long time without requests is one
    /// only if an attempt has failed since.
    func silence(_ now: Timestamp) -> Int? {
        guard isFailing(now), now - heard >= Self.patience else { return nil }
        return now - heard
    }

    /// Whether it fails, and not only for a moment.
    func isFailing(_ now: Timestamp) -> Bool { failure.map { now - $0.since >= Self.retry } ?? false }

    /// The same for an app's tokens, whatever other apps get.
    func isFailing(_ now: Timestamp, of app: Name) -> Bool {
        apps[app].map { now - $0.since >= Self.retry } ?? false
    }
}
