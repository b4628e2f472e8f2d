/// Why sealing, opening or reading failed. Each case is one class of failure; none carries a secret.
package enum EnvelopeError: Error, Equatable, CustomStringConvertible {
    /// Shorter than its own header, nonce and tag.
    case tooShort
    /// The first byte, or the kind of a slot, is not one that this version writes.
    case unknownFormat
    /// Sealed in an epoch that the keyring does not have.
    case unknownEpoch(UInt32)
    /// The epoch is the current one and cannot be removed.
    case currentEpoch(UInt32)
    /// The seal does not match: the data was changed, moved, put beside other columns, or sealed with another key.
    case notAuthentic
    /// The checksum or the structure is broken. This is damage, detected without a key.
    case damaged
    /// The secret does not open this slot.
    case wrongKey
    /// The typed recovery key is not one that was ever generated.
    case mistyped
    /// A length or parameter is outside its limits; the text names both.
    case outOfRange(String)
    /// The cryptographic library refused; the text names the operation and the library's reason.
    case library(String)

    package var description: String {
        switch self {
        case .tooShort: "the encrypted data is too short; it was truncated"
        case .unknownFormat: "the format is not known to this version; it is damaged or was written by a newer one"
        case .unknownEpoch(let epoch): "encrypted in key epoch \(epoch), which the keyring does not have"
        case .currentEpoch(let epoch): "key epoch \(epoch) is the current one; begin another epoch first"
        case .notAuthentic: "authentication failed; the data was changed, moved, or encrypted with another key"
        case .damaged: "the data is damaged; restore it from a backup"
        case .wrongKey: "the secret does not open this key slot; check which secret belongs to it"
        case .mistyped: "the recovery key is mistyped; compare it with the printed one, group by group"
        case .outOfRange(let what): what
        case .library(let what): "openssl failed at \(what); check its installation and configuration"
        }
    }
}
