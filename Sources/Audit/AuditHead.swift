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
            guard let value = Self.value(of: digit) else { return nil }
            bytes[index / 2] = bytes[index / 2] << 4 | value
        }
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x61 + value - 10 }

    func appendHexadecimal(to buffer: inout SecretBuffer) {
        var digits = InlineArray<32, UInt8>(repeating: 0)
        for index in 0..<Self.length {
            digits[index * 2] = Self.digit(bytes[index] >> 4)
            digits[index * 2 + 1] = Self.digit(bytes[index] & 0xF)
        }
        buffer.append(unsafe digits.span.bytes)
    }

    package var description: String {
        var digits = SecretBuffer(capacity: Self.length * 2)
        appendHexadecimal(to: &digits)
        return digits.withSpan { String(decoding: $0.array, as: UTF8.self) }
    }

    package static func == (left: LineCode, right: LineCode) -> Bool {
        var difference: UInt8 = 0
        for index in 0..<length { difference |= left.bytes[index] ^ right.bytes[index] }
        return difference == 0
    }
}
