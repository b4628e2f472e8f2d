/// `[########            ]  42 %`, as wide whatever the number.
package func bar(percent: Int) -> String {
    let full = min(max(percent, 0), 100) / 5
    let number = String(percent)
    return "[" + String(repeating: "#", count: full) + String(repeating: " ", count: 20 - full) + "] "
        + String(repeating: " ", count: max(3 - number.count, 0)) + number + " %"
}

/// Breaks a text into lines that are no longer than `width`, between words where that can be.
/// - Parameters:
///   - first: stands before the first line; the others get as many spaces.
///   - width: `nil` for one line, however long.
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
