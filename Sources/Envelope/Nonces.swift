import SecretMemory

/// The nonces of seals. None lies in memory before it is used, and none depends on randomness alone.
///
/// 32 bytes of the kernel's are drawn for each, and go through an HMAC with all that is sealed. A machine that is resumed
/// twice from one snapshot, and whose kernel gives both the same randomness, seals different things under different nonces
/// all the same; and if it seals the same, under the same key, it gives the same bytes, which tells no more than that.
enum Nonces {
    typealias Draw = (_ count: Int) throws(EnvelopeError) -> SecretBytes

    private static let randomness = 32

    /// - Parameters:
    ///   - key: the one that seals.
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
