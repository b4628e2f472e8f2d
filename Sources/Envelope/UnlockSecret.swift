package import Domain
package import SecretMemory

/// A secret that may open the vault. It opens the key slots of its own kind.
package enum UnlockSecret: ~Copyable, Sendable {
    /// The whole content of a key file, unchanged, 32 to 4096 bytes. It must be random: nothing slows down guessing.
    case keyFile(SecretBytes)
    /// UTF-8 as typed, at most 1024 bytes; at least 12 for a new slot. Nothing is trimmed or normalised.
    case passphrase(SecretBytes)
    case recovery(RecoveryKey)

    package static let keyFileLengths = 32...4096
    package static let passphraseLengths = 12...1024

    package var kind: UnlockMethodKind {
        switch self {
        case .keyFile: .keyFile
        case .passphrase: .passphrase
        case .recovery: .recovery
        }
    }

    /// Refuses a secret that is too weak for a new slot. An existing slot opens with whatever secret it was made with.
    borrowing func checkNew() throws(EnvelopeError) {
        switch self {
        case .passphrase(let passphrase):
            guard Self.passphraseLengths.contains(passphrase.count) else {
                throw .outOfRange("a passphrase has 12 to 1024 bytes")
            }
        default: break
        }
    }

    /// Derives the key from exactly this secret. scrypt alone treats a passphrase of more than 64 bytes like its
    /// SHA-256, and one with zeros at its end like the one without, because the passphrase is the key of an HMAC. So
    /// the passphrase enters once more.
    borrowing func holderKey(salt: [UInt8], scrypt parameters: ScryptParameters?) throws(EnvelopeError) -> SecretBytes {
        let key = try baseKey(salt: salt, scrypt: parameters)
        switch self {
        case .passphrase(let passphrase):
            let slow = try MACKey(key)
            return try passphrase.withSpan { passphrase throws(EnvelopeError) in try slow.code(of: passphrase) }
        default: return key
        }
    }

    /// The source of all keys of a slot; for a passphrase, scrypt's output alone.
    borrowing func baseKey(salt: [UInt8], scrypt parameters: ScryptParameters?) throws(EnvelopeError)
        -> SecretBytes
    {
        switch self {
        case .keyFile(let content):
            guard Self.keyFileLengths.contains(content.count) else {
                throw .outOfRange("a key file has 32 to 4096 bytes")
            }
            return try derive(content, salt: salt)
        case .recovery(let key):
            return try derive(key.bytes, salt: salt)
        case .passphrase(let passphrase):
            guard let parameters else { throw .damaged }
            guard passphrase.count <= Self.passphraseLengths.upperBound else {
                throw .outOfRange("a passphrase has at most 1024 bytes")
            }
            return try passphrase.withSpan { passphrase throws(EnvelopeError) in
                try scrypt(
                    passphrase, salt: salt, n: parameters.n, r: UInt64(parameters.r), p: UInt64(parameters.p),
                    memory: parameters.memory)
            }
        }
    }

    private borrowing func derive(_ secret: borrowing SecretBytes, salt: [UInt8]) throws(EnvelopeError) -> SecretBytes {
        let extracted = try secret.withSpan { secret throws(EnvelopeError) in try HKDF.extract(secret, salt: salt) }
        return try HKDF.expand(MACKey(extracted), info: [UInt8](texts: "keyturn key slot v1", kind.rawValue))
    }
}
