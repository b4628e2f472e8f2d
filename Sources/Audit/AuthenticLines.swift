package import Domain
package import SecretMemory

extension LogDirectory {
    /// Lends each line with a valid code, oldest first, from all existing files.
    ///
    /// Of a changed file, only the lines before the change. A user who can write here can hide lines, but cannot forge
    /// any.
    package func forEachAuthenticLine(
        key: borrowing SecretBytes, _ body: (borrowing AuditLine) -> Void
    ) throws(AuditError) {
        guard exists else { return }
        for number in try segments() {
            _ = try SegmentScan(number, in: self, key: key, anchor: .start) { body(AuditLine($0)) }
        }
    }
}

/// A line of the log whose code was checked. It is exactly as an ``AuditLog`` wrote it, so its members can be found
/// without parsing all of it.
package struct AuditLine: ~Copyable {
    private let line: ArraySlice<UInt8>

    init(_ line: ArraySlice<UInt8>) { self.line = line }

    /// A member whose value is a text of this program, such as a name or an action; `nil` when it is absent, or has
    /// characters that JSON escapes.
    package func text(_ name: String) -> String? {
        guard let rest = behind(",\"\(name)\":\""), let end = rest.firstIndex(of: UInt8(ascii: "\"")) else {
            return nil
        }
        let value = rest[..<end]
        return value.contains(UInt8(ascii: "\\")) ? nil : String(decoding: value, as: UTF8.self)
    }

    /// A member whose value is a whole number, at least 0.
    package func number(_ name: String) -> Int? {
        guard let rest = behind(",\"\(name)\":") else { return nil }
        return Int(String(decoding: rest.prefix { (0x30...0x39).contains($0) }, as: UTF8.self))
    }

    package func time(_ name: String = "time") -> Timestamp? { text(name).flatMap { Timestamp($0) } }

    /// The bytes after the first occurrence of this member. Inside a text, the quotes around its name would be escaped.
    private func behind(_ start: String) -> ArraySlice<UInt8>? {
        let bytes = Array(start.utf8)
        var index = line.startIndex
        while let comma = line[index...].firstIndex(of: bytes[0]) {
            if line[comma...].starts(with: bytes) { return line[(comma + bytes.count)...] }
            index = comma + 1
        }
        return nil
    }
}
