import SecretMemory

/// The escapes of JSON strings (RFC 8259 §7), in both directions, in memory that is wiped.
enum JSONText {
    /// The length of the escape at `offset`, where a backslash is. A surrogate pair is one escape; half a pair is
    /// refused.
    static func escapeLength(in bytes: RawSpan, at offset: Int) throws(JSONError) -> Int {
        guard offset + 1 < bytes.byteCount else { throw JSONError(.syntax) }
        guard bytes[offset + 1] == UInt8(ascii: "u") else {
            guard simple(bytes[offset + 1]) != nil else { throw JSONError(.syntax) }
            return 2
        }
        guard let first = hex4(bytes, at: offset + 2) else { throw JSONError(.syntax) }
        switch first {
        case 0xD800...0xDBFF:
            guard offset + 7 < bytes.byteCount, bytes[offset + 6] == UInt8(ascii: "\\"),
                bytes[offset + 7] == UInt8(ascii: "u"), let second = hex4(bytes, at: offset + 8),
                (0xDC00...0xDFFF).contains(second)
            else { throw JSONError(.syntax) }
            return 12
        case 0xDC00...0xDFFF: throw JSONError(.syntax)
        default: return 6
        }
    }

    /// The text of a string that the parser has accepted.
    static func unescaped(_ raw: RawSpan) -> SecretBytes {
        var text = SecretBuffer(capacity: raw.byteCount)
        var offset = 0
        while offset < raw.byteCount {
            guard raw[offset] == UInt8(ascii: "\\") else {
                text.append(raw[offset])
                offset += 1
                continue
            }
            if let byte = simple(raw[offset + 1]) {
                text.append(byte)
                offset += 2
            } else {
                var scalar = hex4(raw, at: offset + 2) ?? 0xFFFD
                offset += 6
                if (0xD800...0xDBFF).contains(scalar) {
                    scalar = 0x10000 + ((scalar - 0xD800) << 10) + ((hex4(raw, at: offset + 2) ?? 0xDC00) - 0xDC00)
                    offset += 6
                }
                for byte in Unicode.UTF8.encode(Unicode.Scalar(scalar) ?? "\u{FFFD}") ?? .init() { text.append(byte) }
            }
        }
        return text.finish()
    }

    /// Appends the text as a JSON string without its quotes. Characters that a terminal may obey, and those that change
    /// a line's direction, are escaped like ASCII controls, because people look at documents too.
    static func escape(_ text: RawSpan, into buffer: inout SecretBuffer) {
        var next = 0
        while true {
            let offset = endOfPlain(in: text, from: next)
            if offset > next { buffer.append(text.extracting(next..<offset)) }
            guard offset < text.byteCount else { return }
            next = offset
            if let (code, length) = control(in: text, at: offset) {
                buffer.append("\\u")
                for shift in [8, 0] { buffer.append(hexadecimal: UInt8(truncatingIfNeeded: code >> shift)) }
                next += length
                continue
            }
            next += 1
            switch text[offset] {
            case UInt8(ascii: "\""): buffer.append("\\\"")
            case UInt8(ascii: "\\"): buffer.append("\\\\")
            case let byte where byte < 0x20:
                buffer.append("\\u00")
                buffer.append(hexadecimal: byte)
            case let byte: buffer.append(byte)
            }
        }
    }

    static func isPlain(_ text: RawSpan) -> Bool { endOfPlain(in: text, from: 0) == text.byteCount }

    /// The end of the ASCII that needs no escape.
    private static func endOfPlain(in text: RawSpan, from start: Int) -> Int {
        var end = start
        while end < text.byteCount, (0x20..<0x7F).contains(text[end]), text[end] != UInt8(ascii: "\""),
            text[end] != UInt8(ascii: "\\")
        { end += 1 }
        return end
    }

    /// A control or format character beyond the first 32 of ASCII at `offset`, and its length in UTF-8: U+007F to
    /// U+009F; direction marks, embeddings and isolates; line and paragraph separators.
    private static func control(in text: RawSpan, at offset: Int) -> (code: Int, length: Int)? {
        func byte(_ distance: Int) -> Int { offset + distance < text.byteCount ? Int(text[offset + distance]) : 0 }
        switch byte(0) {
        case 0x7F: return (0x7F, 1)
        case 0xC2 where (0x80...0x9F).contains(byte(1)): return (byte(1), 2)
        case 0xD8 where byte(1) == 0x9C: return (0x61C, 2)
        case 0xE2 where [0x80, 0x81].contains(byte(1)) && (0x80...0xBF).contains(byte(2)):
            let code = 0x2000 | (byte(1) & 1) << 6 | byte(2) & 0x3F
            let isControl =
                [0x200E, 0x200F].contains(code) || (0x2028...0x202E).contains(code) || (0x2066...0x2069).contains(code)
            return isControl ? (code, 3) : nil
        default: return nil
        }
    }

    private static func simple(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    private static func hex4(_ bytes: RawSpan, at offset: Int) -> UInt32? {
        guard offset + 4 <= bytes.byteCount else { return nil }
        var value: UInt32 = 0
        for index in offset..<offset + 4 {
            guard let digit = bytes[index].hexadecimalValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}

extension RawSpan {
    package var isUTF8: Bool { (try? UTF8Span(validating: Span(_bytes: self))) != nil }
}
