import COpenSSL
package import SecretMemory

/// An HMAC-SHA256 key for many messages one after the other, by one owner at a time. ``MACKey`` is for many threads,
/// and pays for it with a copy of the key's state per message.
@safe package struct RunningMAC: ~Copyable, @unchecked Sendable {
    // Sendable although it holds a pointer: whoever owns it is the only one to use it.
    private let context: OpaquePointer

    /// Bytes of a code.
    package static let codeLength = 32

    /// `key` must not be empty.
    package init(key: borrowing SecretBytes) throws(EnvelopeError) {
        guard key.count > 0 else { throw .outOfRange("a mac key must not be empty") }
        let algorithm = try unsafe Algorithms.loaded().mac
        guard let context = unsafe EVP_MAC_CTX_new(algorithm) else { throw libraryFailure("making a mac") }
        let result = key.withSpan { key in
            unsafe key.withUnsafeBytes { unsafe COpenSSL_HMAC_SHA256_init(context, $0.byteAddress, $0.count) }
        }
        guard result == 1 else {
            unsafe EVP_MAC_CTX_free(context)
            throw libraryFailure("keying a mac")
        }
        unsafe self.context = context
    }

    deinit { unsafe EVP_MAC_CTX_free(context) }

    /// Writes the code of `first ‖ second` to `code`, which must be 32 bytes long.
    package mutating func authenticate(
        _ first: RawSpan, _ second: RawSpan, into code: inout MutableRawSpan
    ) throws(EnvelopeError) {
        var written = 0
        let result = unsafe first.withUnsafeBytes { first in
            unsafe second.withUnsafeBytes { second in
                unsafe code.withUnsafeMutableBytes { code in
                    // Without a key, the initialisation goes back to the one that the context has.
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
