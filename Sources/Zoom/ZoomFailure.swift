package import Domain

/// A failed call to Zoom, classified once: all further decisions use this value and never the status code. Contains no
/// secret.
package struct ZoomFailure: Error, Equatable, CustomStringConvertible {
    /// What can be done about the failure.
    package enum Disposition: Equatable, Sendable {
        /// The same call may succeed later. `retryAfter` is what Zoom asked for, at most an hour.
        case transient(retryAfter: Duration? = nil)
        /// Too many calls. Nothing is wrong with this one.
        case throttled(retryAfter: Duration? = nil)
        /// The same call with the same values will fail again. Stop until a value changes or an operator intervenes.
        case permanent
        /// Zoom may have acted on the call. Harmless for a token or a probe, but not for a change.
        case ambiguous
    }

    package let disposition: Disposition
    package let cause: ZoomCause
    /// The scopes that the app lacks, as far as Zoom names them.
    package let scopes: [String]
    /// `nil` when there was no answer.
    package let status: Int?
    /// The message from Zoom or curl: at most 200 bytes of printable ASCII; `nil` when there is none.
    package let detail: String?
    /// Zoom's ID for the call, to quote to its support.
    package let trackingID: String?

    package init(
        _ disposition: Disposition, _ cause: ZoomCause, scopes: [String] = [], status: Int? = nil,
        detail: String? = nil,
        trackingID: String? = nil
    ) {
        self.disposition = disposition
        self.cause = cause
        self.scopes = scopes
        self.status = status
        self.detail = detail
        self.trackingID = trackingID
    }

    /// Whether Zoom counts the call as an error of the app. Zoom may disable an app with many errors [doc], so these
    /// calls, transient ones included, come out of a budget.
    package var countsAsError: Bool {
        status.map { (400...499).contains($0) && $0 != 408 && $0 != 429 } ?? false
    }

    /// For how many seconds Zoom asked to wait; `nil` when it named no time.
    package var retryAfter: Int? {
        switch disposition {
        case .transient(let wait), .throttled(let wait): wait.map { Int($0.components.seconds) }
        case .permanent, .ambiguous: nil
        }
    }

    /// Whether Zoom may have received the call; `false` only where it certainly did not.
    package var mayHaveReachedZoom: Bool { status != nil || disposition == .ambiguous }

    /// What happened, with the ID of the call.
    package var reason: FailureReason { FailureReason(description, trackingID: trackingID) }

    /// What to do about it. Where Zoom's support is to be asked, with the ID that it asks for.
    package var remedy: String {
        guard cause == .refused, let trackingID else { return cause.remedy }
        return "\(cause.remedy) \(trackingID)"
    }

    package var description: String {
        let names = scopes.isEmpty ? "" : ": \(scopes.joined(separator: ", "))"
        return "\(cause.meaning)\(names)\(detail.map { " (\($0))" } ?? "")"
    }
}
