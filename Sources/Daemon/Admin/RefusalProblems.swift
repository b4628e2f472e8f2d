import SocketAPI
import Times

/// That callers are refused more often than the audit log tells of, for the status.
enum RefusalProblems {
    private static let most = 3

    static func problems(
        _ counted: [RefusalAllowance.Counted], _ limits: RefusalAllowance.Limits
    ) -> [StatusDocument.Problem] {
        guard let first = counted.first, let since = counted.map(\.since).min() else { return [] }
        let total = counted.reduce(0) { $0 + $1.count }
        var who = counted.prefix(most).map { "\($0.uid.map { "user \($0)" } ?? "other users") (\($0.count))" }
        if counted.count > most { who.append("\(counted.count - most) more") }
        let show = first.uid.map { "ps -u \($0) shows the processes" } ?? "keyturn audit tail shows who asks"
        return [
            .init(
                .refusalsCounted,
                "\(Times.counted(total, "refusal")) since \(since), counted and not written to the audit log (\(first.cause.words(limits))): "
                    + who.joined(separator: ", "),
                try: "\(show): stop what asks, or grant it: keyturn client add; keyturn audit tail")
        ]
    }

}
