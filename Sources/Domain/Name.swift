/// The name of an app, a client or a push target: `[a-z0-9][a-z0-9._-]{0,62}`, taken byte for byte.
///
/// Nothing is normalised and nothing is trimmed: a name that is not exact is refused, so that two spellings can
/// never mean one thing. The grammar has no character that a path, a shell or a log line would read as its own.
package struct Name: Hashable, Sendable, Comparable, CustomStringConvertible {
    package static let grammar = "1 to 63 of a-z, 0-9, '.', '_' and '-', beginning with a letter or a digit"

    private let text: String

    /// `nil` when the text is no name.
    package init?(_ text: String) {
        let bytes = text.utf8Span.span
        guard (1...63).contains(bytes.count), Self.isLetterOrDigit(bytes[0]) else { return nil }
        for index in bytes.indices {
            let byte = bytes[index]
            guard
                Self.isLetterOrDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
                    || byte == UInt8(ascii: "-")
            else { return nil }
        }
        self.text = text
    }

    /// `nil` when the text is no name.
    package init?(_ text: Substring) { self.init(String(text)) }

    package var description: String { text }

    package static func < (left: Name, right: Name) -> Bool { left.text < right.text }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
