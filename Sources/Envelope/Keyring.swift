package import SecretMemory

/// The keys of a vault: one vault key for each epoch, of which the newest seals, and one permanent integrity key.
///
/// Immutable and safe to share. A sealed row is `format (1) ‖ epoch (UInt32, big-endian) ‖ nonce (12) ‖ ciphertext ‖
/// tag (16)`; the first five bytes, the table, the row and the associated data are authenticated.
package final class Keyring: Sendable {
    static let format: UInt8 = 1
    static let headerLength = 5

    /// Ascending by number; never empty.
    let epochs: [Epoch]
    let integrityKey: SecretBox
    private let derivation: MACKey
    private let digests: MACKey
    private let fingerprints: MACKey
    private let indexes: MACKey
    let history: MACKey

    init(epochs: [Epoch], integrityKey: SecretBox) throws(EnvelopeError) {
        self.epochs = epochs
        self.integrityKey = integrityKey
        derivation = try integrityKey.bytes.withSpan { key throws(EnvelopeError) in try MACKey(HKDF.extract(key)) }
        digests = try MACKey(HKDF.expand(derivation, info: [UInt8](texts: "keyturn row digest key v1")))
        fingerprints = try MACKey(HKDF.expand(derivation, info: [UInt8](texts: "keyturn fingerprint key v1")))
        indexes = try MACKey(HKDF.expand(derivation, info: [UInt8](texts: "keyturn blind index key v1")))
        history = try MACKey(HKDF.expand(derivation, info: [UInt8](texts: "keyturn history key v1")))
    }

    /// Generates keys, with epoch 1.
    package static func generate() throws(EnvelopeError) -> Keyring {
        try Keyring(epochs: [Epoch(1, key: Random.secret())], integrityKey: SecretBox(Random.secret().kept()))
    }

    // MARK: Epochs

    /// The epoch in which rows are sealed.
    package var currentEpoch: UInt32 { epochs[epochs.count - 1].number }

    /// All epochs whose rows can be opened, ascending.
    package var epochNumbers: [UInt32] { epochs.map(\.number) }

    /// A keyring with one more epoch, which seals from now on. A number is never reused.
    package func addingEpoch() throws(EnvelopeError) -> Keyring {
        guard currentEpoch < UInt32.max else { throw .outOfRange("no key epoch follows the last one") }
        return try Keyring(
            epochs: epochs + [Epoch(currentEpoch + 1, key: Random.secret())], integrityKey: integrityKey)
    }

    /// A keyring without an epoch. Rows that are still sealed in it are lost. The current epoch cannot be dropped.
    package func droppingEpoch(_ number: UInt32) throws(EnvelopeError) -> Keyring {
        guard number != currentEpoch else { throw .currentEpoch(number) }
        guard epochs.contains(where: { $0.number == number }) else { throw .unknownEpoch(number) }
        return try Keyring(epochs: epochs.filter { $0.number != number }, integrityKey: integrityKey)
    }

    /// Whether both hold the same keys.
    package func isSame(as other: Keyring) -> Bool {
        epochNumbers == other.epochNumbers && integrityKey.bytes.constantTimeEquals(other.integrityKey.bytes)
            && zip(epochs, other.epochs).allSatisfy { $0.key.bytes.constantTimeEquals($1.key.bytes) }
    }

    // MARK: Rows

    /// Seals a row in the current epoch. It opens only in this table, under this row ID and beside these columns.
    package func seal(
        _ plaintext: RawSpan, table: String, row: String, associatedData: AssociatedData
    ) throws(EnvelopeError) -> [UInt8] {
        let epoch = epochs[epochs.count - 1]
        var header = [Self.format]
        header.append(bigEndian: epoch.number)
        return try Seal.seal(
            plaintext, header: header,
            associatedData: Self.context(table: table, row: row, associatedData),
            key: epoch.rowKey(table: table, row: row))
    }

    /// Throws ``EnvelopeError/tooShort``, ``EnvelopeError/unknownFormat``, ``EnvelopeError/unknownEpoch(_:)`` or
    /// ``EnvelopeError/notAuthentic``.
    package func open(
        _ sealed: RawSpan, table: String, row: String, associatedData: AssociatedData
    ) throws(EnvelopeError) -> SecretBytes {
        let number = try Self.epoch(ofSealed: sealed)
        guard let epoch = epochs.last(where: { $0.number == number }) else { throw .unknownEpoch(number) }
        return try Seal.open(
            sealed, headerLength: Self.headerLength,
            associatedData: Self.context(table: table, row: row, associatedData),
            key: epoch.rowKey(table: table, row: row))
    }

    /// The epoch that a sealed row names. It is trustworthy only after the row was opened.
    package static func epoch(ofSealed sealed: RawSpan) throws(EnvelopeError) -> UInt32 {
        guard sealed.byteCount >= headerLength + Seal.overhead else { throw .tooShort }
        guard sealed[0] == format else { throw .unknownFormat }
        return UInt32(bigEndianIn: sealed, at: 1)
    }

    private static func context(table: String, row: String, _ columns: AssociatedData) -> [UInt8] {
        [UInt8](texts: table, row) + columns.encoded
    }

    // MARK: Integrity

    /// A row's part of the digest over all rows. It changes with every sealing, even of the same plaintext.
    package func rowDigest(table: String, row: String, sealed: RawSpan) throws(EnvelopeError) -> SetDigest {
        var message = [UInt8](texts: table, row)
        message.append(contentsOf: sealed.array)  // last, so that it needs no length
        return try SetDigest(code: digests, of: unsafe message.span.bytes)
    }

    /// A key of 32 bytes for another module. The same label gives the same key for the life of the vault.
    package func derive(label: String) throws(EnvelopeError) -> SecretBytes {
        try HKDF.expand(derivation, info: [UInt8](texts: "keyturn derived key v1", label))
    }

    /// 12 hexadecimal digits that distinguish secrets of this vault without showing them. Equal secrets have equal
    /// fingerprints. Without the vault a fingerprint does not help to guess the secret.
    package func fingerprint(of secret: borrowing SecretBytes) throws(EnvelopeError) -> String {
        let code = try secret.withSpan { secret throws(EnvelopeError) in try fingerprints.code(of: secret) }
        return code.withSpan { $0.extracting(first: 6).hexadecimal }
    }

    /// 32 hexadecimal digits by which a row is found by a text that is sealed in it. Equal texts in one column have
    /// equal indices for the life of the vault. Without the vault they do not help to guess the text, nor show whether
    /// two columns have the same text.
    package func blindIndex(of text: String, table: String, column: String) throws(EnvelopeError) -> String {
        let message = [UInt8](texts: table, column, text)
        let code = try indexes.code(of: unsafe message.span.bytes)
        return code.withSpan { $0.extracting(first: 16).hexadecimal }
    }
}
