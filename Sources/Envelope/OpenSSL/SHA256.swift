import COpenSSL
import SecretMemory

/// SHA-256, for public data such as certificates.
package enum SHA256 {
    /// 64 hexadecimal digits in lower case.
    package static func hexadecimal(of message: [UInt8]) throws(EnvelopeError) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        var count = 0
        let isDone = unsafe EVP_Q_digest(nil, "SHA256", nil, message, message.count, &digest, &count)
        guard isDone == 1, count == digest.count else { throw libraryFailure("SHA-256") }
        return unsafe digest.span.bytes.hexadecimal
    }
}
