import COpenSSL
import SecretMemory

/// scrypt (RFC 7914): derives `count` bytes from a passphrase, with at most `memory` bytes of memory.
func scrypt(
    _ passphrase: RawSpan, salt: [UInt8], n: UInt64, r: UInt64, p: UInt64, memory: UInt64, count: Int = 32
) throws(EnvelopeError) -> SecretBytes {
    // The library fetches the algorithm for each call, which costs little compared with scrypt.
    try SecretBytes(count: count) { key throws(EnvelopeError) in
        let result = unsafe passphrase.withUnsafeBytes { passphrase in
            unsafe key.withUnsafeMutableBytes { key in
                unsafe EVP_PBE_scrypt(
                    passphrase.charAddress, passphrase.count, salt, salt.count, n, r, p, memory,
                    key.byteAddress, key.count)
            }
        }
        guard result == 1 else { throw libraryFailure("scrypt") }
    }
}
