import Domain

/// What is known of one place of Zoom's at which tokens are minted: when it last gave a usable answer, and since when it gives
/// none. A value without a clock.
package struct ZoomContact: Equatable, Sendable {
    /// Seconds without an answer after which it is asked whether it is there.
    static let quiet = 300
    /// Seconds between tries while it gives none.
    static let retry = 60
    /// Seconds without a usable answer after which that is a problem, where something failed.
    static let patience = 900

    struct Failure: Equatable, Sendable {
        /// When the first of the tries in a row failed.
        let since: Timestamp
        /// Of the last one.
        var reason: String
        /// Whose token was asked for, which is asked for again; `nil` when only the place was looked for.
        var app: Name?
    }

    /// When it last gave a token or refused one for good. Over restarts that is what the vault has of it.
    private(set) var heard: Timestamp
    private(set) var failure: Failure?
    /// Of each app that is given no token, while others at this place may be: what they are given ends nothing here.
    private(set) var apps: [Name: Failure] = [:]
    /// When it was last tried by this process, on the boot clock.
    private var tried: Int?

    init(heard: Timestamp) { self.heard = heard }

    /// - Parameter app: whose token was asked for; `nil` when only the place was looked for. That it is there says nothing
    ///   against what came of asking for a token meanwhile.
    mutating func answered(_ now: Moment, of app: Name? = nil) {
        tried = now.boot
        if let app { apps[app] = nil } else if failure?.app != nil { return }
        (heard, failure) = (now.wall, nil)
    }

    mutating func failed(_ reason: String, of app: Name?, _ now: Moment) {
        failure = Failure(since: min(failure?.since ?? now.wall, now.wall), reason: reason, app: app ?? failure?.app)
        tried = now.boot
        guard let app else { return }
        apps[app] = Failure(since: min(apps[app]?.since ?? now.wall, now.wall), reason: reason, app: app)
    }

    /// Notes that it is being tried.
    mutating func begin(_ now: Moment) { tried = now.boot }

    /// Whether it is to be tried now, because nobody else did.
    func isDue(_ now: Moment) -> Bool {
        guard let tried else { return now.wall - heard >= Self.quiet || heard > now.wall }
        return now.boot - tried >= (failure == nil ? Self.quiet : Self.retry)
    }

    /// For how many seconds it has given no usable answer, once that is a problem: what was heard long ago is one only when
    /// it has failed since.
    func silence(_ now: Timestamp) -> Int? {
        guard isFailing(now), now - heard >= Self.patience else { return nil }
        return now - heard
    }

    /// Whether it fails, and not for a moment alone.
    func isFailing(_ now: Timestamp) -> Bool { failure.map { now - $0.since >= Self.retry } ?? false }

    /// The same of an app's tokens, whatever other apps are given.
    func isFailing(_ now: Timestamp, of app: Name) -> Bool {
        apps[app].map { now - $0.since >= Self.retry } ?? false
    }
}
