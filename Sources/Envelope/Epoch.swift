import SecretMemory

/// One vault key, and the derivation of row keys from it.
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

    /// The key that seals one row. Each row has its own key, so random nonces stay far from any limit.
    func rowKey(table: String, row: String) throws(EnvelopeError) -> SecretBytes {
        try HKDF.expand(extracted, info: [UInt8](texts: "keyturn row key v1", table, row))
    }
}
