import SecretMemory

/// One vault key, with what is derived from it per row.
struct Epoch: Sendable {
    static let keyLength = 32

    let number: UInt32
    let key: SecretBox
    private let extracted: MACKey

    init(_ number: UInt32, key: consuming SecretBytes) throws(EnvelopeError) {
        self.number = number
        extracted = try key.withSpan { key throws(EnvelopeError) in try MACKey(HKDF.extract(key)) }
        self.key = SecretBox(key.kept())
    }

    /// The key that seals one row. With a key of its own for every row, random nonces stay far from any limit.
    func rowKey(table: String, row: String) throws(EnvelopeError) -> SecretBytes {
        try HKDF.expand(extracted, info: [UInt8](texts: "keyturn row key v1", table, row))
    }
}
