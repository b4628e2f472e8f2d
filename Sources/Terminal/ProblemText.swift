import Domain
package import SocketAPI

/// Problems for people, each with a command to type.
package enum ProblemText {
    package static func text(_ problems: some Sequence<HealthIssue>, _ paint: Paint, width: Int?) -> String {
        problems.map { problem in
            let command = problem.hint ?? "keyturn explain-error \(problem.code)"
            return paint.lines(wrapped(problem.line, behind: "  ", width: width), problem.severity.meaning)
                + paint.lines(wrapped(command, behind: "    try: ", width: width), .command)
        }.joined()
    }
}

extension HealthIssue {
    /// `critical rotation_blocked (zoom-prod): …`: runbooks, `explain-error` and alert rules go by the code.
    fileprivate var line: String {
        "\(severity.rawValue) \(code)\(subject.map { " (\($0))" } ?? ""): \(onOneLine(detail))"
    }
}

extension Severity {
    var meaning: Paint.Meaning {
        switch self {
        case .critical: .bad
        case .warning: .warning
        case .note: .quiet
        }
    }
}
