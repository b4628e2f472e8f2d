/// What a loop was asked to report of a connection, so that it is asked as seldom as can be: each time is a system call.
struct Interest {
    enum Change { case none, add, change }

    /// `nil` before the loop was asked.
    private var wanted: Readiness?
    /// Whether something was reported that may not be read yet, and would be reported again and again.
    var isReportedInVain = false

    var isKnown: Bool { wanted != nil }

    mutating func change(to new: Readiness) -> Change {
        guard let old = wanted else {
            wanted = new
            return .add
        }
        guard new != old else { return .none }
        // To stop it for an answer that is there in a moment would be two system calls for each request.
        if new.isEmpty, old == .readable, !isReportedInVain { return .none }
        (wanted, isReportedInVain) = (new, false)
        return .change
    }
}
