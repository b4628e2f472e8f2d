import COpenSSL
import SecretMemory

/// An HMAC-SHA256 key, set up once and used any number of times, from any thread.
@safe final class MACKey: @unchecked Sendable {
    // Sendable although it holds a pointer: the context is only duplicated, which reads it.
    private let context: OpaquePointer

    static let codeLength = 32

    /// `key` must not be empty.
    init(_ key: borrowing SecretBytes) throws(EnvelopeError) {
        unsafe context = try Algorithms.keyedMAC(key)
    }

    deinit { unsafe EVP_MAC_CTX_free(context) }

    /// Writes the MAC of `message` to `code`, which must have 32 bytes.
    func authenticate(_ message: RawSpan, into code: inout MutableRawSpan) throws(EnvelopeError) {
        guard let running = unsafe EVP_MAC_CTX_dup(context) else { throw libraryFailure("copying a mac") }
        defer { unsafe EVP_MAC_CTX_free(running) }
        var written = 0
        let result = unsafe message.withUnsafeBytes { message in
            unsafe code.withUnsafeMutableBytes { code in
                unsafe EVP_MAC_update(running, message.byteAddress, message.count) == 1
                    && EVP_MAC_final(running, code.byteAddress, &written, code.count) == 1
            }
        }
        guard result, written == Self.codeLength else { throw libraryFailure("computing a mac") }
    }

    func code(of message: RawSpan) throws(EnvelopeError) -> SecretBytes {
        try SecretBytes(count: Self.codeLength) { code throws(EnvelopeError) in
            try authenticate(message, into: &code)
        }
    }

    func code(of message: [UInt8]) throws(EnvelopeError) -> SecretBytes { try code(of: unsafe message.span.bytes) }
}

extension Algorithms {
    /// A context with the key, which must not be empty. The caller frees it.
    static func keyedMAC(_ key: borrowing SecretBytes) throws(EnvelopeError) -> OpaquePointer {
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
        return unsafe context
    }
}
