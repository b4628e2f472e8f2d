package import SecretMemory

/// Bytes in JSON: two lower-case digits each.
package enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    static func secret(_ bytes: RawSpan) -> SecretBytes {
        var text = SecretBuffer(capacity: bytes.byteCount * 2)
        for offset in 0..<bytes.byteCount {
            text.append(digits[Int(bytes[offset] >> 4)])
            text.append(digits[Int(bytes[offset] & 15)])
        }
        return text.finish()
    }

    static func bytes(of text: String) -> [UInt8]? { bytes(unsafe text.utf8Span.span.bytes)?.withSpan { $0.array } }

    /// `nil` for what ``secret(_:)`` would not have written.
    package static func bytes(_ text: RawSpan) -> SecretBytes? {
        guard text.byteCount.isMultiple(of: 2) else { return nil }
        var bytes = SecretBuffer(capacity: text.byteCount / 2)
        for offset in stride(from: 0, to: text.byteCount, by: 2) {
            guard let high = value(text[offset]), let low = value(text[offset + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes.finish()
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
