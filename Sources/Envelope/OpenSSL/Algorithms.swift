import COpenSSL

// All calls of the library are in this folder. Each C pointer has one owner, which frees it; the library wipes key
// material that it frees.

/// The algorithms, fetched once: fetching one costs more than sealing a row.
@safe final class Algorithms: @unchecked Sendable {
    // Sendable although it holds pointers: the library counts references to fetched algorithms atomically, and nothing
    // writes to them after `init`.
    let cipher: OpaquePointer
    let mac: OpaquePointer

    private static let shared = Algorithms()

    static func loaded() throws(EnvelopeError) -> Algorithms {
        guard let shared else { throw libraryFailure("loading AES-256-GCM and HMAC") }
        return shared
    }

    private init?() {
        guard let cipher = unsafe EVP_CIPHER_fetch(nil, "AES-256-GCM", nil) else { return nil }
        guard let mac = unsafe EVP_MAC_fetch(nil, "HMAC", nil) else {
            unsafe EVP_CIPHER_free(cipher)
            return nil
        }
        unsafe self.cipher = cipher
        unsafe self.mac = mac
    }

    deinit {
        unsafe EVP_CIPHER_free(cipher)
        unsafe EVP_MAC_free(mac)
    }
}

/// The library's last error, whose text is its own and fixed. Empties the error queue.
func libraryFailure(_ operation: String) -> EnvelopeError {
    let reason = unsafe ERR_reason_error_string(ERR_peek_last_error()).map { unsafe String(cString: $0) }
    ERR_clear_error()
    return .library(reason.map { "\(operation) (\($0))" } ?? operation)
}

extension UnsafeRawBufferPointer {
    var byteAddress: UnsafePointer<UInt8>? { unsafe assumingMemoryBound(to: UInt8.self).baseAddress }
    var charAddress: UnsafePointer<CChar>? { unsafe assumingMemoryBound(to: CChar.self).baseAddress }
}

extension UnsafeMutableRawBufferPointer {
    var byteAddress: UnsafeMutablePointer<UInt8>? { unsafe assumingMemoryBound(to: UInt8.self).baseAddress }
}
