package import Domain

/// The argument parser's error in the style of our own messages: what is wrong, and what to try if it says so.
package func complaint(_ text: String) -> Advice {
    let lines = text.split(separator: "\n", maxSplits: 1)
    let first = lines.first.map(String.init) ?? text
    let parts = first.split(separator: ". ", maxSplits: 1)
    let message = String(parts.first ?? "")
    // Our own messages begin in lower case, or with a name.
    let isParsers = parsersWords.contains(message.prefix { $0 != " " })
    let wrong = isParsers ? message.prefix(1).lowercased() + message.dropFirst() : message
    guard parts.count == 2 else { return Advice(trimmed(wrong)) }
    var rest = String(parts[1])
    for (words, instead) in [("Did you mean ", "did you mean "), ("Please provide ", "")] where rest.hasPrefix(words) {
        rest = instead + rest.dropFirst(words.count)
    }
    return Advice(wrong, try: trimmed(rest))
}

/// What the parser's messages begin with.
private let parsersWords: Set<Substring> = [
    "Can't", "Command", "Internal", "Invalid", "Missing", "No", "The", "Unable", "Unexpected", "Unknown", "Value",
]

private func trimmed(_ text: String) -> String { text.hasSuffix(".") ? String(text.dropLast()) : text }
