package import SecretMemory

/// One way into a vault: the keyring key, wrapped so that one secret opens it. Slots come and go without any row
/// being sealed again.
///
/// A stored slot is `format (1) ‖ kind ‖ id ‖ salt (32) ‖ scrypt's log N, r, p (passphrase only) ‖ nonce (12) ‖
/// wrapped key (32) ‖ tag (16) ‖ checksum (8)`; all that stands before the nonce is authenticated with the key.
package struct KeySlot: Sendable, Equatable {
    /// How a slot is opened. The raw values are stored.
    package enum Kind: String, Sendable, CaseIterable {
        case keyFile = "key-file"
        case passphrase
        case recovery
    }

    static let format: UInt8 = 1
    static let saltLength = 32
    static let keyringKeyLength = 32
    static let checksumLength = 8

    package let id: String
    package let kind: Kind
    /// For a passphrase only.
    package let scrypt: ScryptParameters?
    /// The slot as it is stored. Not secret, but whoever has it can try passphrases.
    package let bytes: [UInt8]
    private let salt: [UInt8]

    /// A new slot of the secret's kind. `id` has 1 to 255 bytes and is the caller's to keep unique.
    ///
    /// Takes scrypt's time and memory for a passphrase: call it off the cooperative threads.
    package static func wrap(
        _ keyringKey: borrowing SecretBytes, id: String, with secret: borrowing UnlockSecret,
        scrypt: ScryptParameters = .standard
    ) throws(EnvelopeError) -> KeySlot {
        guard keyringKey.count == keyringKeyLength else { throw .outOfRange("a keyring key has 32 bytes") }
        guard (1...255).contains(id.utf8.count) else { throw .outOfRange("the id of a key slot has 1 to 255 bytes") }
        try secret.checkNew()
        let salt = try Random.open(count: saltLength).withSpan { $0.array }
        let scrypt = secret.kind == .passphrase ? scrypt : nil
        let header = header(id: id, kind: secret.kind, salt: salt, scrypt: scrypt)
        let encryptionKey = try secret.encryptionKey(salt: salt, scrypt: scrypt)
        let sealed = try keyringKey.withSpan { key throws(EnvelopeError) in
            try Seal.seal(key, header: header, key: encryptionKey)
        }
        let bytes = try sealed + checksum(of: sealed)
        return KeySlot(id: id, kind: secret.kind, scrypt: scrypt, bytes: bytes, salt: salt)
    }

    /// The keyring key.
    ///
    /// Throws ``EnvelopeError/wrongKey`` for another secret or one of another kind. Somebody who changes a slot on
    /// purpose can make its checksum fit, and then gets the same answer: only accidents are told from wrong secrets.
    /// Takes scrypt's time and memory for a passphrase: call it off the cooperative threads.
    package func unwrap(with secret: borrowing UnlockSecret) throws(EnvelopeError) -> SecretBytes {
        guard secret.kind == kind else { throw .wrongKey }
        let encryptionKey = try secret.encryptionKey(salt: salt, scrypt: scrypt)
        let headerLength = bytes.count - Self.checksumLength - Self.keyringKeyLength - Seal.overhead
        do {
            let sealed = unsafe bytes.span.bytes.extracting(droppingLast: Self.checksumLength)
            return try Seal.open(sealed, headerLength: headerLength, key: encryptionKey)
        } catch {
            throw error == .notAuthentic ? .wrongKey : error
        }
    }
}

extension KeySlot {
    /// A slot as stored. Nothing but what ``wrap(_:id:with:scrypt:)`` makes is accepted.
    ///
    /// Throws ``EnvelopeError/tooShort``, ``EnvelopeError/unknownFormat`` (also for a kind of a newer version),
    /// ``EnvelopeError/damaged`` and, for parameters beyond their bounds, ``EnvelopeError/outOfRange(_:)``.
    package init(bytes: [UInt8]) throws(EnvelopeError) {
        guard let format = bytes.first, bytes.count > Self.checksumLength else { throw .tooShort }
        guard format == Self.format else { throw .unknownFormat }
        guard try Self.checksum(of: bytes.dropLast(Self.checksumLength)) == Array(bytes.suffix(Self.checksumLength))
        else { throw .damaged }

        var reader = EncodingReader(bytes[1...])
        guard let kind = Kind(rawValue: try reader.text()) else { throw .unknownFormat }
        let id = try reader.text()
        guard (1...255).contains(id.utf8.count) else { throw .damaged }
        let salt = try Array(reader.take(Self.saltLength))
        var scrypt: ScryptParameters?
        if kind == .passphrase {
            let stored = try Array(reader.take(3))
            scrypt = try ScryptParameters(logN: stored[0], r: stored[1], p: stored[2])
        }
        guard reader.bytes.count == Seal.overhead + Self.keyringKeyLength + Self.checksumLength else {
            throw .damaged
        }
        self.init(id: id, kind: kind, scrypt: scrypt, bytes: bytes, salt: salt)
    }

    private static func header(id: String, kind: Kind, salt: [UInt8], scrypt: ScryptParameters?) -> [UInt8] {
        let parameters = scrypt.map { [$0.logN, $0.r, $0.p] } ?? []
        return [format] + [UInt8](texts: kind.rawValue, id) + salt + parameters
    }

    /// Against accidents, without a key.
    private static func checksum(of bytes: some Sequence<UInt8>) throws(EnvelopeError) -> [UInt8] {
        try Checksum.of(Array(bytes), purpose: "keyturn key slot checksum v1", count: checksumLength)
    }
}
