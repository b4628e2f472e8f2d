// Two digits for each byte: written in lower case, and read in lower case except where a single digit is asked for.

extension UInt8 {
    /// The digit of the low four bits.
    package var hexadecimalDigit: UInt8 { (self & 15) < 10 ? 0x30 + (self & 15) : 0x61 + (self & 15) - 10 }

    /// The value of a digit, in either case; `nil` for any other character.
    package var hexadecimalValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }
}

extension SecretBuffer {
    package mutating func append(hexadecimal bytes: RawSpan) {
        for offset in 0..<bytes.byteCount { append(hexadecimal: bytes[offset]) }
    }

    package mutating func append(hexadecimal byte: UInt8) {
        append((byte >> 4).hexadecimalDigit)
        append(byte.hexadecimalDigit)
    }
}

extension SecretBytes {
    /// `nil` unless the text is pairs of digits in lower case.
    package init?(hexadecimal text: RawSpan) {
        guard text.byteCount.isMultiple(of: 2) else { return nil }
        var bytes = SecretBuffer(capacity: text.byteCount / 2)
        for offset in stride(from: 0, to: text.byteCount, by: 2) {
            guard let high = text[offset].hexadecimalValue, high.hexadecimalDigit == text[offset],
                let low = text[offset + 1].hexadecimalValue, low.hexadecimalDigit == text[offset + 1]
            else { return nil }
            bytes.append(high << 4 | low)
        }
        self = bytes.finish()
    }

    package var hexadecimal: SecretBytes { withSpan { SecretBytes(digitsOf: $0) } }

    fileprivate init(digitsOf bytes: RawSpan) {
        var text = SecretBuffer(capacity: bytes.byteCount * 2)
        text.append(hexadecimal: bytes)
        self = text.finish()
    }
}

extension RawSpan {
    /// Only for bytes that are not secret.
    package var hexadecimal: String {
        SecretBytes(digitsOf: self).withSpan { String(decoding: $0.array, as: UTF8.self) }
    }
}
