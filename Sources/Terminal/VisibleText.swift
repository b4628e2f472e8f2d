import Domain

/// Makes control characters and direction marks visible, such as `\u{1b}`, so that a text cannot control the terminal.
/// All output for people goes through here, since a path, a message or a name in it may be another user's.
///
/// Line ends, tabs and the program's own colours stay.
package func visible(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 && $0 != 0x0A || $0 >= 0x7F }) else { return text }
    var shown = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let scalar = rest.first {
        if let colour = colours.first(where: { rest.starts(with: $0) }) {
            shown.append(contentsOf: colour)
            rest = rest.dropFirst(colour.count)
            continue
        }
        rest = rest.dropFirst()
        guard scalar.controlsText, scalar != "\n", scalar != "\t" else {
            shown.append(scalar)
            continue
        }
        shown.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
    }
    return String(shown)
}

/// A message on one line, whatever foreign text it contains.
package func oneLine(_ text: String) -> String {
    visible(String(String.UnicodeScalarView(text.unicodeScalars.map { ["\n", "\r", "\t"].contains($0) ? " " : $0 })))
}

/// The colour sequences of `Paint`. They change how a text looks, and hide nothing.
private let colours: [String.UnicodeScalarView] = ["0", "1", "2", "31", "32", "33", "36"].map {
    "\u{1B}[\($0)m".unicodeScalars
}
