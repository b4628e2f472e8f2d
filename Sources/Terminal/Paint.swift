/// Colours. They repeat what the text says, and never carry information alone.
package struct Paint: Equatable, Sendable {
    package enum Choice: String, CaseIterable, Sendable { case auto, always, never }

    /// The meaning of a text, which determines its colour.
    package enum Meaning: Equatable, Sendable {
        /// Damage follows unless somebody acts.
        case bad
        /// Resolves automatically, or can wait.
        case warning
        case good
        /// A command to type.
        case command
        case heading
        /// Not important now.
        case quiet

        fileprivate var code: String {
            switch self {
            case .bad: "31"
            case .warning: "33"
            case .good: "32"
            case .command: "36"
            case .heading: "1"
            case .quiet: "2"
            }
        }
    }

    private let isOn: Bool

    /// - Parameters:
    ///   - noColour: the value of `NO_COLOR`, which switches colours off when it is not empty.
    ///   - terminal: the value of `TERM`.
    package init(_ choice: Choice, isTerminal: Bool = false, noColour: String? = nil, terminal: String? = nil) {
        isOn =
            switch choice {
            case .always: true
            case .never: false
            case .auto: isTerminal && (noColour ?? "").isEmpty && terminal != "dumb"
            }
    }

    package func text(_ text: String, _ meaning: Meaning?) -> String {
        guard isOn, let meaning, !text.isEmpty else { return text }
        return "\u{1B}[\(meaning.code)m\(text)\u{1B}[0m"
    }
}
