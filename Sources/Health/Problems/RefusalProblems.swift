import Audit
import Domain
import SocketAPI

/// A status problem: callers are refused more often than the audit log records individually.
enum RefusalProblems {
    private static let most = 3

    static func problems(
        _ counted: [RefusalAllowance.Counted], _ limits: RefusalAllowance.Limits
    ) -> [HealthIssue] {
        guard let first = counted.first, let since = counted.map(\.since).min() else { return [] }
        let total = counted.reduce(0) { $0 + $1.count }
        var who = counted.prefix(most).map { "\($0.uid.map { "user \($0)" } ?? "other users") (\($0.count))" }
        if counted.count > most { who.append("\(counted.count - most) more users") }
        let uid = first.uid.map { "\($0)" } ?? "N"
        let show = first.uid == nil ? "keyturn audit tail" : "ps -u \(uid)"
        return [
            .init(
                .refusalsCounted,
                "\(Domain.counted(total, "refusal")) since \(since), only counted in the audit log (\(first.cause.words(limits))): "
                    + who.joined(separator: ", "),
                try: "\(show), and stop the caller; or grant what keyturn audit tail shows: "
                    + "keyturn client add NAME --uid \(uid) --allow APP:credentials")
        ]
    }

}
