package import Domain

/// Why a caller gets no token now.
package enum TokenFailure: Error, Equatable, Sendable {
    case noSuchApp(Name)
    /// Zoom refuses, and another request would not help. `nextAttempt` is in seconds, given where the budget is used
    /// up: Keyturn will then try again automatically.
    case refused(IssueFailure, nextAttempt: Int?)
    /// Zoom cannot be reached or asks us to wait. `retryAfter` is in seconds.
    case unavailable(IssueFailure, retryAfter: Int)
    /// Zoom's tokens do not last as long as the caller requires.
    case tooShort(left: Int)
}
