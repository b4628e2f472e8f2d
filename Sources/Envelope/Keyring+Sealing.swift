package import SecretMemory

/// The stored keyring: sealed under the keyring key, which the key slots wrap.
///
/// `format (1) ‖ nonce (12) ‖ ciphertext ‖ tag (16)` of `integrity key (32) ‖ one or more of (epoch (UInt32,
/// big-endian) ‖ vault key (32))`, the epochs ascending.
extension Keyring {
    private static let purpose = [UInt8](texts: "keyturn keyring v1")
    private static let recordLength = 4 + Epoch.keyLength

    /// `keyringKey` has 32 bytes, from ``Random/secret(count:)``.
    package func sealed(under keyringKey: borrowing SecretBytes) throws(EnvelopeError) -> [UInt8] {
        var plaintext = SecretBuffer(capacity: 32 + epochs.count * Self.recordLength)
        plaintext.append(integrityKey.bytes)
        for epoch in epochs {
            var number: [UInt8] = []
            number.append(bigEndian: epoch.number)
            plaintext.append(unsafe number.span.bytes)
            plaintext.append(epoch.key.bytes)
        }
        return try plaintext.withSpan { plaintext throws(EnvelopeError) in
            try Seal.seal(plaintext, header: [Self.format], associatedData: Self.purpose, key: keyringKey)
        }
    }

    /// Throws ``EnvelopeError/notAuthentic`` for a wrong key as well as for a changed blob: they cannot be distinguished.
    /// A key from a key slot is the right one for the vault of that slot.
    package convenience init(
        opening sealed: RawSpan, under keyringKey: borrowing SecretBytes
    ) throws(EnvelopeError) {
        guard sealed.byteCount > Seal.overhead else { throw .tooShort }
        guard sealed[0] == Self.format else { throw .unknownFormat }
        let plaintext = try Seal.open(
            sealed, headerLength: 1, associatedData: Self.purpose, key: keyringKey)
        let (epochs, integrityKey) = try plaintext.withSpan { plaintext throws(EnvelopeError) in
            let records = plaintext.byteCount - 32
            guard records > 0, records.isMultiple(of: Self.recordLength) else { throw .damaged }
            var epochs: [Epoch] = []
            for start in stride(from: 32, to: plaintext.byteCount, by: Self.recordLength) {
                let number = UInt32(bigEndianIn: plaintext, at: start)
                guard number > epochs.last?.number ?? 0 else { throw .damaged }
                let key = plaintext.extracting(start + 4..<start + Self.recordLength)
                epochs.append(try Epoch(number, key: SecretBytes(copying: key)))
            }
            return (epochs, SecretBox(SecretBytes(copying: plaintext.extracting(first: 32)).kept()))
        }
        try self.init(epochs: epochs, integrityKey: integrityKey)
    }
}
