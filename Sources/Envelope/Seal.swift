import SecretMemory

/// The common form of rows, keyrings and key slots: `header ‖ nonce ‖ ciphertext ‖ tag`. The header stays readable and
/// is authenticated, followed by the associated data. Under one key, every header shows where it ends: by one fixed
/// length, or by the lengths of its parts.
enum Seal {
    /// The number of bytes that a seal adds to header and plaintext.
    static let overhead = AESGCM.nonceLength + AESGCM.tagLength

    static func seal(
        _ plaintext: RawSpan, header: [UInt8], associatedData: [UInt8] = [], key: borrowing SecretBytes,
        draw: Nonces.Draw = Random.open(count:)
    ) throws(EnvelopeError) -> [UInt8] {
        let authenticated = header + associatedData
        let nonce = try Nonces.next(for: plaintext, associatedData: authenticated, key: key, draw: draw)
        let start = header.count + AESGCM.nonceLength
        var sealed = [UInt8](repeating: 0, count: header.count + overhead + plaintext.byteCount)
        var span = sealed.mutableSpan
        var output = unsafe span.mutableBytes
        output.write(unsafe header.span.bytes, at: 0)
        try nonce.withSpan { nonce throws(EnvelopeError) in
            output.write(nonce, at: header.count)
            try AESGCM.seal(
                plaintext, key: key, nonce: nonce, associatedData: authenticated, into: &output, at: start)
        }
        return sealed
    }

    /// Throws ``EnvelopeError/tooShort`` and ``EnvelopeError/notAuthentic``.
    static func open(
        _ sealed: RawSpan, headerLength: Int, associatedData: [UInt8] = [], key: borrowing SecretBytes
    ) throws(EnvelopeError) -> SecretBytes {
        guard sealed.byteCount >= headerLength + overhead else { throw .tooShort }
        let body = sealed.extracting(droppingFirst: headerLength)
        return try AESGCM.open(
            body.extracting(droppingFirst: AESGCM.nonceLength), key: key,
            nonce: body.extracting(first: AESGCM.nonceLength),
            associatedData: sealed.extracting(first: headerLength).array + associatedData)
    }
}
