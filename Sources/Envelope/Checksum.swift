import SecretMemory

/// Detects accidents, not attackers: anybody can compute it.
enum Checksum {
    /// The first `count` bytes, at most 32, of HMAC-SHA256 of `message` with `purpose` as the (public) key.
    static func of(_ message: RawSpan, purpose: String, count: Int) throws(EnvelopeError) -> [UInt8] {
        try MACKey(SecretBytes(copying: purpose)).code(of: message).withSpan { $0.extracting(first: count).array }
    }

    static func of(_ message: [UInt8], purpose: String, count: Int) throws(EnvelopeError) -> [UInt8] {
        try of(unsafe message.span.bytes, purpose: purpose, count: count)
    }
}
