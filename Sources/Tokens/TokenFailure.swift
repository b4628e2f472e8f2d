package import Domain

/// Why a caller gets no token now.
package enum TokenFailure: Error, Equatable, Sendable {
    case noSuchApp(Name)
    /// Zoom refuses, and asking again would not help. Seconds until Keyturn itself would try again are given where
    /// the budget is used up.
    case refused(IssueFailure, nextAttempt: Int?)
    /// Zoom cannot be reached or asks for patience; seconds until an attempt makes sense.
    case unavailable(IssueFailure, retryAfter: Int)
    /// Zoom's tokens do not live as long as the caller wants them to.
    case tooShort(left: Int)
}
