import SecretMemory

/// The end of a log: enough to detect later that lines are missing.
package struct AuditHead: Equatable, Sendable {
    /// The number of the last line; 0 before the first.
    package let sequence: Int
    /// The code of that line.
    package let code: LineCode

    package init(sequence: Int, code: LineCode) {
        self.sequence = sequence
        self.code = code
    }

    /// The head of an empty log.
    package static let start = AuditHead(sequence: 0, code: LineCode())
}

/// The end of a log, and the commit of the vault up to which it has lines.
package struct LogPosition: Equatable, Sendable {
    package let head: AuditHead
    /// The highest commit of the vault in a line; 0 for none.
    package let commit: Int

    package init(head: AuditHead, commit: Int) {
        (self.head, self.commit) = (head, commit)
    }
}

/// The code of a line: the first 16 bytes of an HMAC-SHA256 over the code of the line before it and the line itself.
package struct LineCode: Equatable, Sendable, CustomStringConvertible {
    package static let length = 16
    var bytes: InlineArray<16, UInt8>

    /// All zero: the code before the first line.
    package init() { bytes = InlineArray(repeating: 0) }

    /// Reads 32 lower-case hexadecimal digits.
    package init?(hexadecimal text: some Collection<UInt8>) {
        guard text.count == Self.length * 2 else { return nil }
        bytes = InlineArray(repeating: 0)
        for (index, digit) in text.enumerated() {
            guard let value = digit.hexadecimalValue, value.hexadecimalDigit == digit else { return nil }
            bytes[index / 2] = bytes[index / 2] << 4 | value
        }
    }

    package var description: String { unsafe bytes.span.bytes.hexadecimal }

    package static func == (left: LineCode, right: LineCode) -> Bool {
        var difference: UInt8 = 0
        for index in 0..<length { difference |= left.bytes[index] ^ right.bytes[index] }
        return difference == 0
    }
}
