/// `[########            ]  42 %`, with the same width for any number.
package func bar(percent: Int) -> String {
    let full = min(max(percent, 0), 100) / 5
    let number = String(percent)
    return "[" + String(repeating: "#", count: full) + String(repeating: " ", count: 20 - full) + "] "
        + String(repeating: " ", count: max(3 - number.count, 0)) + number + " %"
}

/// Breaks a text into lines of at most `width` characters, between words where possible.
/// - Parameters:
///   - first: the prefix of the first line; the others are indented by as many spaces.
///   - width: `nil` for one line of any length.
package func wrapped(_ text: String, behind first: String = "", width: Int?) -> String {
    guard let width, first.count + text.count > width else { return first + text + "\n" }
    let indent = String(repeating: " ", count: first.count)
    let room = max(width - first.count, 16)
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
        if !line.isEmpty, line.count + 1 + word.count > room {
            lines.append(line)
            line = ""
        }
        line += line.isEmpty ? String(word) : " " + word
    }
    lines.append(line)
    return lines.enumerated().map { ($0 == 0 ? first : indent) + $1 + "\n" }.joined()
}
