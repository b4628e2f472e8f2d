import SecretMemory

/// The nonces of seals. A nonce is never in memory before it is used, and never depends on randomness alone.
///
/// Each is an HMAC over 32 bytes of kernel randomness and everything that is sealed. If a machine is resumed twice from
/// one snapshot and both copies get the same randomness, different data still gets different nonces; the same data
/// under the same key gives the same bytes, which reveals nothing else.
enum Nonces {
    typealias Draw = (_ count: Int) throws(EnvelopeError) -> SecretBytes

    private static let randomness = 32

    /// - Parameters:
    ///   - key: the key that seals.
    ///   - associatedData: header and associated data, as they are authenticated.
    static func next(
        for plaintext: RawSpan, associatedData: [UInt8], key: borrowing SecretBytes, draw: Draw = Random.open(count:)
    ) throws(EnvelopeError) -> SecretBytes {
        var message = SecretBuffer(capacity: randomness + 8 + associatedData.count + plaintext.byteCount)
        message.append(try draw(randomness))
        var count: [UInt8] = []
        count.append(bigEndian: Int64(associatedData.count))
        message.append(unsafe count.span.bytes)
        message.append(unsafe associatedData.span.bytes)
        message.append(plaintext)
        let hedge = try MACKey(HKDF.expand(MACKey(key), info: [UInt8](texts: "keyturn nonce key v1")))
        let code = try message.withSpan { message throws(EnvelopeError) in try hedge.code(of: message) }
        return code.withSpan { SecretBytes(copying: $0.extracting(first: AESGCM.nonceLength)) }
    }
}
