import Domain
package import SocketAPI

/// The results of checks, each with what to do about it.
package enum CheckText {
    /// - Parameter passed: the word for a check that passed.
    package static func text(_ checks: [CheckResult], passed: String = "passed", width: Int?) -> String {
        checks.map { check in
            let word = check.outcome == .passed ? passed : check.outcome.rawValue
            let first = word + String(repeating: " ", count: max(9 - word.count, 1))
            let hint = check.outcome == .passed ? nil : check.hint
            return wrapped("\(check.check): \(oneLine(check.detail))", behind: first, width: width)
                + (hint.map { wrapped(oneLine($0), behind: "           try: ", width: width) } ?? "")
        }.joined()
    }
}
