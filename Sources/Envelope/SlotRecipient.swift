package import Domain
package import SecretMemory

/// The public part of an unlock method, from which a keyring key can be wrapped for the holder of a secret without the
/// secret. Created once, with the secret, and kept sealed in the vault. It cannot open anything.
///
/// The secret yields two keys: a private X25519 key, whose public key is stored here, and a share, which is stored here
/// too. A slot is wrapped under both. So a recipient from an old copy of the vault cannot open slots that were wrapped
/// later, and the file alone does not suffice even if X25519 is broken.
package struct SlotRecipient: Sendable {
    package let id: String
    package let kind: UnlockMethodKind
    package let salt: [UInt8]
    /// Only for a passphrase.
    package let scrypt: ScryptParameters?
    package let publicKey: [UInt8]
    package let share: SecretBox

    /// A new recipient. `id` has 1 to 255 bytes, and the caller keeps it unique.
    ///
    /// For a passphrase this takes scrypt's time and memory: do not call it on the cooperative threads.
    package init(
        id: String, for secret: borrowing UnlockSecret, scrypt: ScryptParameters = .standard
    ) throws(EnvelopeError) {
        guard (1...255).contains(id.utf8.count) else { throw .outOfRange("the id of a key slot has 1 to 255 bytes") }
        try secret.checkNew()
        let salt = try Random.open(count: KeySlot.saltLength).withSpan { $0.array }
        let scrypt = secret.kind == .passphrase ? scrypt : nil
        let keys = try HolderKeys(secret, salt: salt, scrypt: scrypt)
        try self.init(
            id: id, kind: secret.kind, salt: salt, scrypt: scrypt, publicKey: X25519.publicKey(of: keys.privateKey),
            share: keys.share.copy())
    }

    /// A stored recipient. Throws ``EnvelopeError/damaged`` if a part has a wrong length.
    package init(
        id: String, kind: UnlockMethodKind, salt: [UInt8], scrypt: ScryptParameters?, publicKey: [UInt8],
        share: consuming SecretBytes
    ) throws(EnvelopeError) {
        guard salt.count == KeySlot.saltLength, publicKey.count == X25519.keyLength,
            share.count == KeySlot.keyringKeyLength, (scrypt != nil) == (kind == .passphrase)
        else { throw .damaged }
        (self.id, self.kind, self.salt, self.scrypt, self.publicKey) = (id, kind, salt, scrypt, publicKey)
        self.share = SecretBox(share.kept())
    }

    /// Returns a slot that the recipient's secret opens. Before that, it is parsed and opened once, with the key that
    /// made it.
    package func wrap(_ keyringKey: borrowing SecretBytes) throws(EnvelopeError) -> KeySlot {
        guard keyringKey.count == KeySlot.keyringKeyLength else { throw .outOfRange("a keyring key has 32 bytes") }
        let ephemeral = try Random.secret(count: X25519.keyLength)
        let ephemeralKey = try X25519.publicKey(of: ephemeral)
        let keys = try WrappingKeys(
            shared: X25519.agree(ephemeral, with: publicKey), share: share.bytes, ephemeralKey: ephemeralKey,
            publicKey: publicKey)
        let slot = try KeySlot(wrapping: keyringKey, for: self, ephemeralKey: ephemeralKey, keys: keys)
        guard try KeySlot(bytes: slot.bytes).open(with: keys).constantTimeEquals(keyringKey) else { throw .damaged }
        return slot
    }
}

/// The result of the key agreement on both sides: the wrapping key, and the commitment that a slot shows. Another
/// secret leads to another commitment, and two keys with the same one would be a collision of SHA-256.
struct WrappingKeys: ~Copyable {
    static let commitmentLength = 32

    let key: SecretBytes
    /// Public in the slot; reveals nothing about the key.
    let commitment: [UInt8]

    init(
        shared: borrowing SecretBytes, share: borrowing SecretBytes, ephemeralKey: [UInt8], publicKey: [UInt8]
    ) throws(EnvelopeError) {
        var secret = SecretBuffer(capacity: 64)
        secret.append(share)
        secret.append(shared)
        let extracted = try MACKey(secret.withSpan { secret throws(EnvelopeError) in try HKDF.extract(secret) })
        let ends = ephemeralKey + publicKey
        let key = try HKDF.expand(extracted, info: [UInt8](texts: "keyturn key slot v1 wrapping") + ends)
        commitment = try HKDF.expand(extracted, info: [UInt8](texts: "keyturn key slot v1 commitment") + ends)
            .withSpan { $0.array }
        self.key = key
    }
}

/// The keys that only the holder of the secret can derive.
struct HolderKeys: ~Copyable {
    let privateKey: SecretBytes
    let share: SecretBytes

    init(_ secret: borrowing UnlockSecret, salt: [UInt8], scrypt: ScryptParameters?) throws(EnvelopeError) {
        let base = try MACKey(secret.holderKey(salt: salt, scrypt: scrypt))
        let privateKey = try HKDF.expand(base, info: [UInt8](texts: "keyturn key slot v1 private key"))
        let share = try HKDF.expand(base, info: [UInt8](texts: "keyturn key slot v1 share"))
        self.privateKey = privateKey
        self.share = share
    }
}
