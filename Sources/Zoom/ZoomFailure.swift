/// A call of Zoom's that brought nothing, classified once: everything above decides by this and never looks at a status
/// code again. Contains no secret.
package struct ZoomFailure: Error, Equatable, CustomStringConvertible {
    /// What may be done about it.
    package enum Disposition: Equatable, Sendable {
        /// The same call may succeed later; `retryAfter` is Zoom's wish, at most an hour.
        case transient(retryAfter: Duration? = nil)
        /// Too many calls; nothing is wrong with this one.
        case throttled(retryAfter: Duration? = nil)
        /// The same call with the same values fails again. Stop until a value, or the operator, changes something.
        case permanent
        /// Zoom may have acted on the call. Harmless for a token or a probe, not for a change.
        case ambiguous
    }

    package enum Cause: Equatable, Sendable {
        case invalidClient, appDisabled, wrongAccount, unsupportedGrant
        case missingScopes([String])
        case ssoDisabled, tokenRefused
        /// No app has this Marketplace app ID, which is not the client ID.
        case wrongAppID
        /// There is no old secret whose end could be moved.
        case oldSecretGone
        /// Zoom refused in its own form, for a reason that is not known here.
        case refused
        /// Not the form of Zoom's answers: an edge, a proxy, a login page.
        case unexpectedAnswer
        case redirected, throttled, serverError, unreachable, tlsUntrusted, answerLost, cancelled
        /// A fault on our side: the call was not even tried.
        case notTried
    }

    package let disposition: Disposition
    package let cause: Cause
    /// `nil` when there was no answer.
    package let status: Int?
    /// What Zoom, or curl, had to say about it: at most 200 bytes of printable ASCII, or nothing.
    package let detail: String?
    /// Zoom's name for the call, for its support.
    package let trackingID: String?

    package init(
        _ disposition: Disposition, _ cause: Cause, status: Int? = nil, detail: String? = nil, trackingID: String? = nil
    ) {
        self.disposition = disposition
        self.cause = cause
        self.status = status
        self.detail = detail
        self.trackingID = trackingID
    }

    /// Whether Zoom counted the call as an error of the app's. An app with many of them may be disabled by Zoom [doc],
    /// so these calls, the transient ones too, come out of a budget.
    package var countsAsError: Bool {
        status.map { (400...499).contains($0) && $0 != 408 && $0 != 429 } ?? false
    }

    /// Whether Zoom may have got the call; `false` only where that is certain.
    package var mayHaveReachedZoom: Bool { status != nil || disposition == .ambiguous }

    package var description: String { detail.map { "\(cause.sentence) (\($0))" } ?? cause.sentence }
}
