import CPlatform
package import SecretMemory

/// The kernel's randomness, read when it is needed. A generator in this process, such as the library's, would have its
/// state in memory, and two copies of that memory would continue alike.
package enum Random {
    /// Secret bytes.
    package static func secret(count: Int = 32) throws(EnvelopeError) -> SecretBytes { try open(count: count) }

    /// Public bytes, for nonces and salts.
    static func open(count: Int) throws(EnvelopeError) -> SecretBytes {
        try SecretBytes(count: count) { bytes throws(EnvelopeError) in
            let result = unsafe bytes.withUnsafeMutableBytes { unsafe kt_random($0.baseAddress, $0.count) }
            guard result == 0 else { throw .library("drawing randomness") }
        }
    }
}
