import COpenSSL
import SecretMemory

/// X25519 (RFC 7748): the shared secret of a public key's user and the private key's owner.
enum X25519 {
    static let keyLength = 32

    /// Any 32 bytes are a private key.
    static func publicKey(of privateKey: borrowing SecretBytes) throws(EnvelopeError) -> [UInt8] {
        let key = try Key(privateKey: privateKey)
        var bytes = [UInt8](repeating: 0, count: keyLength)
        var count = keyLength
        guard unsafe EVP_PKEY_get_raw_public_key(key.pointer, &bytes, &count) == 1, count == keyLength else {
            throw libraryFailure("reading a public key")
        }
        return bytes
    }

    /// Throws ``EnvelopeError/notAuthentic`` for a public key that gives everybody the same result.
    static func agree(_ privateKey: borrowing SecretBytes, with publicKey: [UInt8]) throws(EnvelopeError) -> SecretBytes
    {
        let own = try Key(privateKey: privateKey)
        let other = try Key(publicKey: publicKey)
        guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, own.pointer, nil) else {
            throw libraryFailure("agreeing on a key")
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_derive_init(context) == 1,
            unsafe EVP_PKEY_derive_set_peer_ex(context, other.pointer, 0) == 1
        else { throw libraryFailure("agreeing on a key") }
        return try SecretBytes(count: keyLength) { shared throws(EnvelopeError) in
            var count = keyLength
            let result = unsafe shared.withUnsafeMutableBytes {
                unsafe EVP_PKEY_derive(context, $0.byteAddress, &count)
            }
            guard result == 1, count == keyLength else {
                ERR_clear_error()
                throw .notAuthentic
            }
        }
    }

    @safe private struct Key: ~Copyable {
        let pointer: OpaquePointer

        init(privateKey: borrowing SecretBytes) throws(EnvelopeError) {
            let pointer = unsafe privateKey.withSpan { key in
                unsafe key.withUnsafeBytes {
                    unsafe EVP_PKEY_new_raw_private_key_ex(nil, "X25519", nil, $0.byteAddress, $0.count)
                }
            }
            guard let pointer = unsafe pointer else { throw libraryFailure("taking a private key") }
            unsafe self.pointer = pointer
        }

        init(publicKey: [UInt8]) throws(EnvelopeError) {
            guard let pointer = unsafe EVP_PKEY_new_raw_public_key_ex(nil, "X25519", nil, publicKey, publicKey.count)
            else { throw libraryFailure("taking a public key") }
            unsafe self.pointer = pointer
        }

        deinit { unsafe EVP_PKEY_free(pointer) }
    }
}
