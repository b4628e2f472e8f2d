package import SecretMemory

/// Encodings whose results stay in memory that is wiped.
extension SecretBuffer {
    /// RFC 4648 §4, with padding.
    package mutating func append(base64 bytes: RawSpan) {
        for start in stride(from: 0, to: bytes.byteCount, by: 3) {
            let count = min(3, bytes.byteCount - start)
            let group = (0..<3).reduce(UInt32(0)) { $0 << 8 | ($1 < count ? UInt32(bytes[start + $1]) : 0) }
            for digit in 0..<4 {
                append(digit <= count ? Self.base64Digit(group >> (18 - 6 * UInt32(digit)) & 63) : UInt8(ascii: "="))
            }
        }
    }

    private static func base64Digit(_ value: UInt32) -> UInt8 {
        switch UInt8(value) {
        case let value where value < 26: UInt8(ascii: "A") + value
        case let value where value < 52: UInt8(ascii: "a") + value - 26
        case let value where value < 62: UInt8(ascii: "0") + value - 52
        case 62: UInt8(ascii: "+")
        default: UInt8(ascii: "/")
        }
    }

    /// RFC 3986 §2.1: everything but unreserved characters becomes `%XX`, so that no value can end its field.
    package mutating func append(percentEncoding text: String) {
        for byte in text.utf8 { append(byte, encoded: !Self.isUnreserved(byte)) }
    }

    /// `application/x-www-form-urlencoded`, as OAuth requires it for a client's ID and secret and for form values (RFC
    /// 6749, appendix B): like ``append(percentEncoding:)``, with `+` for a space.
    package mutating func append(formEncoding bytes: RawSpan) {
        for index in 0..<bytes.byteCount {
            let byte = bytes[index]
            if byte == UInt8(ascii: " ") {
                append(UInt8(ascii: "+"))
            } else {
                append(byte, encoded: !Self.isUnreserved(byte))
            }
        }
    }

    package mutating func append(formEncoding text: String) { append(formEncoding: unsafe text.utf8Span.span.bytes) }

    private mutating func append(_ byte: UInt8, encoded: Bool) {
        guard encoded else { return append(byte) }
        append(UInt8(ascii: "%"))
        for digit in [byte >> 4, byte & 15] {
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
        }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }
}

extension SecretBox {
    /// A name and a secret encoded for HTTP basic authentication (RFC 7617), without the word `Basic`.
    package static func basicPair(_ name: RawSpan, _ secret: RawSpan) -> SecretBox {
        var pair = SecretBuffer()
        pair.append(name)
        pair.append(UInt8(ascii: ":"))
        pair.append(secret)
        var encoded = SecretBuffer()
        pair.withSpan { encoded.append(base64: $0) }
        return SecretBox(encoded.finish())
    }

    package static func basicPair(_ name: String, _ secret: SecretBox) -> SecretBox {
        secret.bytes.withSpan { basicPair(unsafe name.utf8Span.span.bytes, $0) }
    }
}

extension String {
    /// The encoding of ``SecretMemory/SecretBuffer/append(percentEncoding:)``.
    package var percentEncoded: String {
        var encoded = SecretBuffer()
        encoded.append(percentEncoding: self)
        return encoded.withSpan { String(decoding: $0.array, as: UTF8.self) }
    }
}
