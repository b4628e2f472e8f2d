package import Domain
package import SecretMemory

/// A key slot of a vault: the keyring key, wrapped so that one secret opens it. Adding or removing slots does not
/// reseal any row.
///
/// A stored slot is `01 ‖ kind ‖ id ‖ salt (32) ‖ ephemeral key (32) ‖ scrypt's log N, r, p (passphrase only) ‖
/// commitment (32) ‖ nonce (12) ‖ wrapped key (32) ‖ tag (16) ‖ checksum (8)`; everything before the nonce is
/// authenticated with the key. AES-GCM alone does not commit to a key: a slot can be crafted that opens with many. The
/// commitment is checked before anything is opened, and matches only one key.
package struct KeySlot: Sendable, Equatable {
    static let format: UInt8 = 1
    static let saltLength = 32
    static let keyringKeyLength = 32
    static let checksumLength = 8

    package let id: String
    package let kind: UnlockMethodKind
    /// Only for a passphrase.
    package let scrypt: ScryptParameters?
    /// The stored form. Not secret, but it allows guessing passphrases.
    package let bytes: [UInt8]
    private let salt: [UInt8]
    private let ephemeralKey: [UInt8]
    private let commitment: [UInt8]

    /// A new slot for the secret's kind. `id` has 1 to 255 bytes, and the caller keeps it unique.
    ///
    /// For a passphrase this takes scrypt's time and memory: do not call it on the cooperative threads.
    package static func wrap(
        _ keyringKey: borrowing SecretBytes, id: String, with secret: borrowing UnlockSecret,
        scrypt: ScryptParameters = .standard
    ) throws(EnvelopeError) -> KeySlot {
        try SlotRecipient(id: id, for: secret, scrypt: scrypt).wrap(keyringKey)
    }

    /// - Parameter keys: derived from the recipient's secret and the ephemeral key.
    init(
        wrapping keyringKey: borrowing SecretBytes, for recipient: SlotRecipient, ephemeralKey: [UInt8],
        keys: borrowing WrappingKeys
    ) throws(EnvelopeError) {
        let parameters = recipient.scrypt.map { [$0.logN, $0.r, $0.p] } ?? []
        let header =
            [Self.format] + [UInt8](texts: recipient.kind.rawValue, recipient.id) + recipient.salt + ephemeralKey
            + parameters
            + keys.commitment
        let sealed = try keyringKey.withSpan { plain throws(EnvelopeError) in
            try Seal.seal(plain, header: header, key: keys.key)
        }
        self.init(
            id: recipient.id, kind: recipient.kind, scrypt: recipient.scrypt,
            bytes: try sealed + Self.checksum(of: sealed),
            salt: recipient.salt, ephemeralKey: ephemeralKey, commitment: keys.commitment)
    }

    private init(
        id: String, kind: UnlockMethodKind, scrypt: ScryptParameters?, bytes: [UInt8], salt: [UInt8],
        ephemeralKey: [UInt8],
        commitment: [UInt8]
    ) {
        (self.id, self.kind, self.scrypt, self.bytes) = (id, kind, scrypt, bytes)
        (self.salt, self.ephemeralKey, self.commitment) = (salt, ephemeralKey, commitment)
    }

    /// Returns the keyring key.
    ///
    /// Throws ``EnvelopeError/wrongKey`` for another secret, or one of another kind. An attacker who changes a slot can
    /// make its checksum match, and then gets the same error: only accidental damage is distinguished from a wrong secret.
    /// For a passphrase this takes scrypt's time and memory: do not call it on the cooperative threads.
    package func unwrap(with secret: borrowing UnlockSecret) throws(EnvelopeError) -> SecretBytes {
        guard secret.kind == kind else { throw .wrongKey }
        do {
            let holder = try HolderKeys(secret, salt: salt, scrypt: scrypt)
            return try open(
                with: WrappingKeys(
                    shared: X25519.agree(holder.privateKey, with: ephemeralKey), share: holder.share,
                    ephemeralKey: ephemeralKey, publicKey: X25519.publicKey(of: holder.privateKey)))
        } catch {
            throw error == .notAuthentic ? .wrongKey : error
        }
    }

    /// Throws ``EnvelopeError/notAuthentic`` for keys that do not match the commitment, without trying them.
    func open(with keys: borrowing WrappingKeys) throws(EnvelopeError) -> SecretBytes {
        guard unsafe commitment.span.bytes.constantTimeEquals(keys.commitment.span.bytes) else { throw .notAuthentic }
        let headerLength = bytes.count - Self.checksumLength - Self.keyringKeyLength - Seal.overhead
        let sealed = unsafe bytes.span.bytes.extracting(droppingLast: Self.checksumLength)
        return try Seal.open(sealed, headerLength: headerLength, key: keys.key)
    }
}

extension KeySlot {
    /// A stored slot. Accepts only the output of ``wrap(_:id:with:scrypt:)``.
    ///
    /// Throws ``EnvelopeError/tooShort``, ``EnvelopeError/unknownFormat`` (also for a kind of a newer version),
    /// ``EnvelopeError/damaged`` and, for parameters outside their bounds, ``EnvelopeError/outOfRange(_:)``.
    package init(bytes: [UInt8]) throws(EnvelopeError) {
        guard let format = bytes.first, bytes.count > Self.checksumLength else { throw .tooShort }
        guard format == Self.format else { throw .unknownFormat }
        guard try Self.checksum(of: bytes.dropLast(Self.checksumLength)) == Array(bytes.suffix(Self.checksumLength))
        else { throw .damaged }

        var reader = EncodingReader(bytes[1...])
        guard let kind = UnlockMethodKind(rawValue: try reader.text()) else { throw .unknownFormat }
        let id = try reader.text()
        guard (1...255).contains(id.utf8.count) else { throw .damaged }
        let salt = try Array(reader.read(Self.saltLength))
        let ephemeralKey = try Array(reader.read(X25519.keyLength))
        var scrypt: ScryptParameters?
        if kind == .passphrase {
            let stored = try Array(reader.read(3))
            scrypt = try ScryptParameters(logN: stored[0], r: stored[1], p: stored[2])
        }
        let commitment = try Array(reader.read(WrappingKeys.commitmentLength))
        guard reader.bytes.count == Seal.overhead + Self.keyringKeyLength + Self.checksumLength else {
            throw .damaged
        }
        self.init(
            id: id, kind: kind, scrypt: scrypt, bytes: bytes, salt: salt, ephemeralKey: ephemeralKey,
            commitment: commitment)
    }

    /// Detects accidents, without a key.
    private static func checksum(of bytes: some Sequence<UInt8>) throws(EnvelopeError) -> [UInt8] {
        try Checksum.of(Array(bytes), purpose: "keyturn key slot checksum v1", count: checksumLength)
    }
}
