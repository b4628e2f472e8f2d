/// What is wrong, and what to try next: one line each, lower case, without a full stop. Contains no secret.
package struct Advice: Equatable, Sendable, CustomStringConvertible {
    package let detail: String
    /// Usually a command that can be pasted.
    package let hint: String?

    package init(_ detail: String, try hint: String? = nil) {
        self.detail = detail
        self.hint = hint
    }

    /// Both in one line, for logs and lists.
    package var description: String { detail + (hint.map { "; try: \($0)" } ?? "") }
}

/// A value that says what is wrong and what to try: an error, a problem in the status, a failed check.
package protocol Advised {
    var advice: Advice { get }
}

extension Advised {
    package var detail: String { advice.detail }
    package var hint: String? { advice.hint }
}
