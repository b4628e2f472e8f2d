/// Breaks a text into lines of at most `width` characters, between words where possible. A command stays on one line if
/// it has room there; else it is continued as a shell reads it, so that it can be pasted.
/// - Parameters:
///   - first: the prefix of the first line; the others are indented by as many spaces.
///   - width: `nil` for one line of any length.
package func wrapped(_ text: String, behind first: String = "", width: Int?) -> String {
    guard let width, first.count + text.count > width else { return first + text + "\n" }
    // A word that has no room behind the prefix gets a line, or as much of one as it needs.
    let longest = text.split(separator: " ").map(\.count).max() ?? 0
    let margin = first.prefix { $0 == " " }.count
    let hanging = longest <= max(width - first.count, 16) ? first.count : max(min(margin + 2, width - longest), 0)
    let head = margin == first.count ? String(repeating: " ", count: min(margin, hanging)) : first
    var lines = Lines(head: head, indent: hanging, width: width)
    for unit in units(of: text) {
        let whole = unit.joined(separator: " ")
        guard unit.count > 1, hanging + whole.count > width else {
            lines.append(whole)
            continue
        }
        for (index, word) in unit.enumerated() {
            lines.append(word, isContinued: index > 0, isLast: index == unit.count - 1)
        }
    }
    return lines.text
}

/// Lines of at most a width, filled word by word.
private struct Lines {
    private var done = ""
    private var line: String
    private var isEmpty = true
    private let indent: String
    private let width: Int

    init(head: String, indent: Int, width: Int) {
        line = head
        self.indent = String(repeating: " ", count: indent)
        self.width = width
    }

    var text: String { done + line + "\n" }

    /// - Parameters:
    ///   - isContinued: whether a shell must read the word as one more of the line before.
    ///   - isLast: whether no word of a command follows, which would need a backslash before its line.
    mutating func append(_ word: String, isContinued: Bool = false, isLast: Bool = true) {
        let needed = line.count + (isEmpty ? 0 : 1) + word.count + (isLast ? 0 : 2)
        if needed > width, !isEmpty || line.count > indent.count {
            done += line.trimmed + (isContinued ? " \\" : "") + "\n"
            line = indent + (isContinued ? "  " : "")
            isEmpty = true
        }
        line += (isEmpty ? "" : " ") + word
        isEmpty = false
    }
}

extension String {
    var trimmed: String { String(reversed().drop { $0 == " " }.reversed()) }
}

/// Breaks the lines of a text that are wider than the terminal; the rest of each is indented as its beginning is. What
/// is coloured was laid out already.
package func fitted(_ text: String, width: Int?) -> String {
    guard let width, text.utf8.count > width else { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        guard line.count > width, !line.contains("\u{1B}") else { return String(line) }
        let margin = line.prefix { $0 == " " }
        let rest = line.dropFirst(margin.count)
        let first = margin + (rest.hasPrefix("try: ") ? "try: " : "")
        return String(wrapped(String(line.dropFirst(first.count)), behind: String(first), width: width).dropLast())
    }.joined(separator: "\n")
}

/// The words of a text; those of a command together.
private func units(of text: String) -> [[String]] {
    var units: [[String]] = []
    var isCommand = false
    for word in text.split(separator: " ").map(String.init) {
        if isCommand, !prose.contains(word) {
            units[units.count - 1].append(word)
        } else {
            units.append([word])
            isCommand = programs.contains(word)
        }
        if isCommand, let last = word.last, ",;:)".contains(last) { isCommand = false }
    }
    return units
}

private let programs: Set = ["keyturn", "keyturnd", "systemctl", "journalctl"]

/// Words that follow a command in our texts, and are none of its arguments.
private let prose: Set = [
    "and", "as", "if", "once", "or", "shows", "then", "to", "until", "when", "while", "with", "is", "has", "for",
    "again",
]
