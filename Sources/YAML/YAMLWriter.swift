/// Writes the little YAML that is needed: mappings by indentation, lists of words on one line, scalars that every reader
/// takes for the same.
package struct YAMLWriter {
    package private(set) var text = ""
    private var depth = 0

    package init() {}

    package mutating func comment(_ line: String) { text += "# \(line)\n" }

    package mutating func member(_ key: String, _ value: String) { line("\(Self.scalar(key)): \(Self.scalar(value))") }
    package mutating func member(_ key: String, _ value: Int) { line("\(Self.scalar(key)): \(value)") }
    package mutating func member(_ key: String, _ value: Bool) { line("\(Self.scalar(key)): \(value)") }
    package mutating func member(_ key: String, _ words: [String]) {
        line("\(Self.scalar(key)): [\(words.map(Self.scalar).joined(separator: ", "))]")
    }

    /// A text with line ends, as it is.
    package mutating func member(_ key: String, lines value: String) {
        guard Self.fitsBlock(value) else { return member(key, value) }
        line("\(Self.scalar(key)): |")
        depth += 1
        for row in value.dropLast().split(separator: "\n", omittingEmptySubsequences: false) { line(String(row)) }
        depth -= 1
    }

    /// A mapping; one without members is written as such.
    package mutating func mapping(_ key: String, isEmpty: Bool, _ body: (inout YAMLWriter) -> Void) {
        guard !isEmpty else { return line("\(Self.scalar(key)): {}") }
        line("\(Self.scalar(key)):")
        depth += 1
        body(&self)
        depth -= 1
    }

    private mutating func line(_ words: String) {
        text += (words.isEmpty ? "" : String(repeating: "  ", count: depth)) + words + "\n"
    }

    /// Printable, with exactly one line end at its end, and no line that a reader could take for something else.
    private static func fitsBlock(_ value: String) -> Bool {
        value.hasSuffix("\n") && !value.hasSuffix("\n\n")
            && value.utf8.allSatisfy { $0 == 0x0A || (0x20..<0x7F).contains($0) }
            && value.dropLast().split(separator: "\n", omittingEmptySubsequences: false).allSatisfy {
                !$0.isEmpty && $0.first != " "
            }
    }

    /// Plain where no reader takes it for a number, a time, a truth or a mark; otherwise in double quotes.
    package static func scalar(_ value: String) -> String {
        let isPlain =
            value.utf8.first.map(isLetter) ?? false
            && value.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || "._-/@+".utf8.contains($0) }
            && !words.contains(value.lowercased())
        guard !isPlain else { return value }
        // A duration: a number with a unit is a text to every reader.
        if let unit = value.utf8.last, "dhms".utf8.contains(unit), value.utf8.allSatisfy({ isDurations($0) }),
            value.utf8.count > 1, (0x30...0x39).contains(value.utf8.first ?? 0)
        {
            return value
        }
        var quoted = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            default:
                if (0x20..<0x7F).contains(scalar.value) || scalar.properties.isAlphabetic {
                    quoted.unicodeScalars.append(scalar)
                } else {
                    let digits = String(scalar.value, radix: 16, uppercase: true)
                    let width = scalar.value > 0xFFFF ? 8 : 4
                    quoted +=
                        (width == 8 ? "\\U" : "\\u") + String(repeating: "0", count: width - digits.count) + digits
                }
            }
        }
        return quoted + "\""
    }

    private static let words: Set = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"]

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }
    private static func isDurations(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || "dhms".utf8.contains(byte)
    }
}
