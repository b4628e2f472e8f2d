/// The help of a command, with its discussion in lines of our own: the argument parser breaks the lines of the source once
/// more, and examples in the middle, so that they could not be pasted.
/// - Parameters:
///   - help: as the parser lays it out.
///   - discussion: of the command; its examples are its last lines, each after `Example: `.
///   - width: of the terminal; the parser assumes 80 columns where there is none.
package func helpText(_ help: String, discussion: String, width: Int?) -> String {
    let lines = help.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard !discussion.isEmpty, help.hasPrefix("OVERVIEW: "), let first = lines.firstIndex(where: \.isEmpty),
        let usage = lines.firstIndex(where: { $0.hasPrefix("USAGE: ") }), first < usage
    else { return help }
    let shown = laidOut(discussion, width: width ?? 80).split(separator: "\n", omittingEmptySubsequences: false)
    let end = lines[usage...].firstIndex(where: \.isEmpty) ?? lines.endIndex
    let forms = lines[usage..<end].map { form(of: $0, width: width ?? 80) }
    return (lines[...first] + shown.map(String.init) + forms + lines[end...]).joined(separator: "\n")
}

/// `USAGE: keyturn app list [--label <key>] …`, with no option broken between its name and its value.
private func form(of line: String, width: Int) -> String {
    var (text, depth) = ("", 0)
    for character in line.dropFirst("USAGE: ".count) {
        depth += character == "[" ? 1 : character == "]" ? -1 : 0
        text.append(character == " " && depth > 0 ? "\u{A0}" : character)
    }
    // Not as a command: nobody pastes it.
    let lines = wrapped(text.replacing("keyturn", with: "\u{AD}keyturn"), behind: "USAGE: ", width: width)
    return String(lines.replacing("\u{A0}", with: " ").replacing("\u{AD}", with: "").dropLast())
}

/// Paragraphs, and then the examples.
private func laidOut(_ discussion: String, width: Int) -> String {
    let mark = "Example: "
    var (text, paragraph, examples) = ("", "", "")
    func close() {
        if !paragraph.isEmpty { text += wrapped(paragraph, width: width) + "\n" }
        paragraph = ""
    }
    for line in discussion.split(separator: "\n", omittingEmptySubsequences: false) {
        if line.hasPrefix(mark) {
            examples += wrapped(String(line.dropFirst(mark.count)), behind: "  ", width: width)
        } else if line.isEmpty {
            close()
        } else {
            paragraph += (paragraph.isEmpty ? "" : " ") + line
        }
    }
    close()
    return examples.isEmpty ? String(text.dropLast()) : text + "EXAMPLES:\n" + examples
}
