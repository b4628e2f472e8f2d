import COpenSSL
package import SecretMemory

/// Randomness of the library's generators, which seed themselves from the kernel, and again after a fork.
package enum Random {
    /// Bytes that stay secret, out of the generator that is kept apart for keys.
    package static func secret(count: Int = 32) throws(EnvelopeError) -> SecretBytes {
        try unsafe fill(count) { unsafe RAND_priv_bytes($0, $1) }
    }

    /// Bytes that will be seen: nonces, salts.
    static func open(count: Int) throws(EnvelopeError) -> SecretBytes {
        try unsafe fill(count) { unsafe RAND_bytes($0, $1) }
    }

    private static func fill(
        _ count: Int, by generator: (UnsafeMutablePointer<UInt8>?, Int32) -> Int32
    ) throws(EnvelopeError) -> SecretBytes {
        guard let length = Int32(exactly: count) else { throw .outOfRange("at most 2 GiB of randomness at once") }
        return try SecretBytes(count: count) { bytes throws(EnvelopeError) in
            let result = unsafe bytes.withUnsafeMutableBytes {
                unsafe generator($0.assumingMemoryBound(to: UInt8.self).baseAddress, length)
            }
            guard result == 1 else { throw libraryFailure("drawing randomness") }
        }
    }
}
