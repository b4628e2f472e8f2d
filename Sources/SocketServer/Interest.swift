/// What a loop was asked to report for a connection. Minimises changes, because each is a system call.
struct Interest {
    enum Change { case none, add, change }

    /// `nil` before the first request.
    private var wanted: Readiness?
    /// Whether an event was reported that may not be handled yet, and would be reported again and again.
    var isReportedInVain = false

    var isKnown: Bool { wanted != nil }

    mutating func change(to new: Readiness) -> Change {
        guard let old = wanted else {
            wanted = new
            return .add
        }
        guard new != old else { return .none }
        // Stopping the reports for an answer that comes in a moment would cost two system calls for each request.
        if new.isEmpty, old == .readable, !isReportedInVain { return .none }
        (wanted, isReportedInVain) = (new, false)
        return .change
    }
}
