package import SecretMemory

/// An unlock key to print and lock away: 160 random bits that people can type.
///
/// Written as nine groups of four characters of Crockford's base 32, which has no I, L, O and U:
/// `XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX`. The last group is a checksum of 20 bits, which distinguishes a
/// typing error from the key of another vault; it misses one wrong key in a million.
package struct RecoveryKey: ~Copyable, Sendable {
    private static let keyLength = 20
    private static let symbols = 36
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    let bytes: SecretBytes

    package static func generate() throws(EnvelopeError) -> RecoveryKey {
        RecoveryKey(bytes: try Random.secret(count: keyLength))
    }

    private init(bytes: consuming SecretBytes) { self.bytes = bytes }

    /// Reads a typed key in any case, with or without spaces, dashes and line ends; O counts as 0, I and L as 1. Throws
    /// ``EnvelopeError/mistyped``.
    package init(reading typed: RawSpan) throws(EnvelopeError) {
        let packed = try Self.pack(typed)
        let key = packed.withSpan { SecretBytes(copying: $0.extracting(first: Self.keyLength)) }
        guard try packed.constantTimeEquals(Self.withChecksum(key)) else { throw .mistyped }
        bytes = key
    }

    /// The 180 typed bits, and four zeros.
    private static func pack(_ typed: RawSpan) throws(EnvelopeError) -> SecretBytes {
        var packed = SecretBuffer(capacity: 32)
        var (pending, bits, count) = (UInt16(0), 0, 0)
        for offset in 0..<typed.byteCount {
            guard ![0x20, 0x2d, 0x09, 0x0a, 0x0d].contains(typed[offset]) else { continue }
            guard let value = value(of: typed[offset]), count < symbols else { throw .mistyped }
            count += 1
            (pending, bits) = (pending << 5 | value, bits + 5)
            guard bits >= 8 else { continue }
            bits -= 8
            packed.append(UInt8(truncatingIfNeeded: pending >> bits))
        }
        guard count == symbols else { throw .mistyped }
        packed.append(UInt8(truncatingIfNeeded: pending << 4))
        return packed.finish()
    }

    /// The key for printing, in ASCII without a line end.
    package borrowing func rendered() throws(EnvelopeError) -> SecretBytes {
        var text = SecretBuffer(capacity: 64)
        try Self.withChecksum(bytes).withSpan { packed in
            for symbol in 0..<Self.symbols {
                if symbol > 0, symbol.isMultiple(of: 4) { text.append(UInt8(ascii: "-")) }
                let (byte, bit) = (symbol * 5).quotientAndRemainder(dividingBy: 8)
                let next = byte + 1 < packed.byteCount ? packed[byte + 1] : 0
                let pair = UInt16(packed[byte]) << 8 | UInt16(next)
                text.append(Self.alphabet[Int(pair >> (11 - bit) & 31)])
            }
        }
        return text.finish()
    }

    /// The result of ``pack(_:)`` for the written key.
    private static func withChecksum(_ key: borrowing SecretBytes) throws(EnvelopeError) -> SecretBytes {
        let checksum = try key.withSpan { key throws(EnvelopeError) in
            try Checksum.of(key, purpose: "keyturn recovery key checksum v1", count: 3)
        }
        var packed = SecretBuffer(capacity: 32)
        packed.append(key)
        packed.append(checksum[0])
        packed.append(checksum[1])
        packed.append(checksum[2] & 0xf0)
        return packed.finish()
    }

    private static func value(of character: UInt8) -> UInt16? {
        let upper = (0x61...0x7a).contains(character) ? character - 0x20 : character
        switch upper {
        case UInt8(ascii: "O"): return 0
        case UInt8(ascii: "I"), UInt8(ascii: "L"): return 1
        default: return alphabet.firstIndex(of: upper).map(UInt16.init)
        }
    }
}
