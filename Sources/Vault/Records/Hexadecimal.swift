package import SecretJSON
package import SecretMemory

/// Bytes as a JSON string of two lower-case hexadecimal digits each, in memory that is wiped.
package struct Hexadecimal: JSONValue {
    private static let digits = Array("0123456789abcdef".utf8)

    let secret: SecretBox

    init(_ secret: SecretBox) { self.secret = secret }

    init(_ bytes: [UInt8]) { self.init(SecretBox(SecretBytes(copying: unsafe bytes.span.bytes))) }

    /// Only for bytes that are not secret.
    var bytes: [UInt8] { secret.bytes.withSpan { $0.array } }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        guard let bytes = try document.secret(node).withSpan({ Self.bytes($0) }) else { throw JSONError(.outOfRange) }
        secret = SecretBox(bytes)
    }

    package func write(to json: inout JSONWriter) {
        json.secret(secret.bytes.withSpan { Self.text($0) })
    }

    private static func text(_ bytes: RawSpan) -> SecretBytes {
        var text = SecretBuffer(capacity: bytes.byteCount * 2)
        for offset in 0..<bytes.byteCount {
            text.append(digits[Int(bytes[offset] >> 4)])
            text.append(digits[Int(bytes[offset] & 15)])
        }
        return text.finish()
    }

    /// `nil` unless the text is pairs of lower-case hexadecimal digits.
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
