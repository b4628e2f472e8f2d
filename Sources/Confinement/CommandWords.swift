/// A command from a setting: the program and its arguments, run without a shell.
///
/// Words are separated by white space. `'…'` and `"…"` quote; their content is taken literally: there are no escapes,
/// variables or patterns. Syntax that a shell would interpret is refused.
package struct CommandWords: Equatable, Sendable {
    /// An absolute path, so that no `PATH` decides what runs.
    package let program: String
    package let arguments: [String]

    private static let shells = Set("|&;<>()$`\\*?[]{}~#!".unicodeScalars)
    package static let grammar =
        "a command that begins with an absolute path; it is run without a shell, so quote what only a shell would understand"

    /// A text that parses to these words; `nil` when there is none.
    package static func quoting(_ words: [String]) -> String? {
        var quoted: [String] = []
        for word in words {
            let quotes: [Character] = ["'", "\""]
            guard !word.contains("\0"), let quote = quotes.first(where: { !word.contains($0) }) else { return nil }
            quoted.append("\(quote)\(word)\(quote)")
        }
        return quoted.joined(separator: " ")
    }

    package init?(_ text: String) {
        var words: [String] = []
        var word: String.UnicodeScalarView?
        var quote: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            switch (quote, scalar) {
            case (_, "\0"): return nil
            case (let end?, _) where scalar == end: quote = nil
            case (.some, _): word?.append(scalar)
            case (nil, "'"), (nil, "\""):
                quote = scalar
                word = word ?? .init()
            case (nil, " "), (nil, "\t"), (nil, "\n"), (nil, "\r"):
                if let word { words.append(String(word)) }
                word = nil
            case (nil, _):
                guard !Self.shells.contains(scalar) else { return nil }
                word = word ?? .init()
                word?.append(scalar)
            }
        }
        guard quote == nil else { return nil }
        if let word { words.append(String(word)) }
        guard let program = words.first, program.hasPrefix("/") else { return nil }
        (self.program, arguments) = (program, Array(words.dropFirst()))
    }
}
