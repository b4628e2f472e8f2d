import COpenSSL
package import SecretMemory

/// An HMAC-SHA256 key for many messages in a row, with one owner at a time. ``MACKey`` serves many threads, but copies
/// the key's state for each message.
@safe package struct RunningMAC: ~Copyable, @unchecked Sendable {
    // Sendable although it holds a pointer: only its owner uses it.
    private let context: OpaquePointer

    /// The length of a MAC in bytes.
    package static let codeLength = MACKey.codeLength

    /// `key` must not be empty.
    package init(key: borrowing SecretBytes) throws(EnvelopeError) {
        unsafe context = try Algorithms.keyedMAC(key)
    }

    deinit { unsafe EVP_MAC_CTX_free(context) }

    /// Writes the MAC of `first ‖ second` to `code`, which must have 32 bytes.
    package mutating func authenticate(
        _ first: RawSpan, _ second: RawSpan, into code: inout MutableRawSpan
    ) throws(EnvelopeError) {
        var written = 0
        let result = unsafe first.withUnsafeBytes { first in
            unsafe second.withUnsafeBytes { second in
                unsafe code.withUnsafeMutableBytes { code in
                    // Without a key argument, initialisation reuses the context's key.
                    unsafe EVP_MAC_init(context, nil, 0, nil) == 1
                        && EVP_MAC_update(context, first.byteAddress, first.count) == 1
                        && EVP_MAC_update(context, second.byteAddress, second.count) == 1
                        && EVP_MAC_final(context, code.byteAddress, &written, code.count) == 1
                }
            }
        }
        guard result, written == Self.codeLength else { throw libraryFailure("computing a mac") }
    }
}
