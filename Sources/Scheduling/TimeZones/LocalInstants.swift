package import Domain

/// The instants at which a zone's wall clock shows one local time.
package enum LocalInstants: Equatable, Sendable {
    /// The clock is set forward over it; `resumes` is the first instant after the gap.
    case none(resumes: Timestamp)
    case one(Timestamp)
    /// The clock is set back over it.
    case two(first: Timestamp, last: Timestamp)
}
