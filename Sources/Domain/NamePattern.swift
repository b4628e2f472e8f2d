/// A name, or a pattern for names: `*` stands for any characters, also none.
package struct NamePattern: Equatable, Sendable, CustomStringConvertible {
    package let description: String
    /// The name, if it is one and not a pattern.
    package let name: Name?

    /// `nil` for a text that no name could match.
    package init?(_ text: String) {
        description = text
        name = Name(text)
        guard name != nil || (text.contains("*") && text.utf8.count <= 63 && Self.fits(text)) else { return nil }
    }

    package func matches(_ name: Name) -> Bool { Self.matches(name.description, description) }

    /// Whether a text is the pattern, with `*` for any characters.
    package static func matches(_ text: String, _ pattern: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1, let first = parts.first, let last = parts.last else { return text == pattern }
        guard text.hasPrefix(first), text.count >= first.count + last.count, text.hasSuffix(last) else { return false }
        var rest = text.dropFirst(first.count).dropLast(last.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let found = rest.firstRange(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return true
    }

    /// Whether it has only a name's characters beside the stars.
    private static func fits(_ text: String) -> Bool {
        Name("a" + text.filter { $0 != "*" }.prefix(62)) != nil
    }
}
