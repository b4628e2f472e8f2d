import COpenSSL
import SecretMemory

/// The validity period of a certificate, in seconds of Unix time, and which certificate it is.
package struct CertificateLife: Equatable, Sendable {
    package let begins: Int
    package let ends: Int
    /// The SHA-256 of the certificate, in hexadecimal.
    package let fingerprint: String

    /// Reads a certificate in DER; `nil` if it cannot be read.
    package init?(der: [UInt8]) {
        var seen = COpenSSL_Certificate()
        guard unsafe COpenSSL_certificate(der, der.count, &seen) == 1 else { return nil }
        self.init(seen)
    }

    private init(_ seen: COpenSSL_Certificate) {
        (begins, ends) = (Int(seen.begins), Int(seen.ends))
        let digits = unsafe withUnsafeBytes(of: seen.sha256) {
            unsafe $0.flatMap { [($0 >> 4).hexadecimalDigit, $0.hexadecimalDigit] }
        }
        fingerprint = String(decoding: digits, as: UTF8.self)
    }

    /// Reads each certificate in a PEM text, in order, and ignores other blocks.
    /// - Returns: `nil` in place of a certificate that cannot be read; the ones after it are not read.
    package static func all(inPEM text: String) -> [CertificateLife?] {
        let bytes = Array(text.utf8)
        return unsafe bytes.withUnsafeBytes { bytes in
            guard let pem = unsafe BIO_new_mem_buf(bytes.baseAddress, CInt(clamping: bytes.count)) else { return [nil] }
            defer { unsafe BIO_free(pem) }
            var found: [CertificateLife?] = []
            var seen = COpenSSL_Certificate()
            while true {
                switch unsafe COpenSSL_next_certificate(pem, &seen) {
                case 1: found.append(CertificateLife(seen))
                case 0: return found
                default: return found + [nil]
                }
            }
        }
    }
}

extension TLSOptions.Identity {
    /// Whether the key and the first certificate belong together.
    package enum Match: Sendable { case pair, strangers, unreadable }

    /// libcurl does not compare them on a connection that it reuses.
    package var match: Match {
        let chain = Array(certificates.utf8)
        let found = key.bytes.withSpan { span in
            unsafe span.withUnsafeBytes { key in
                unsafe COpenSSL_key_belongs(
                    chain, CInt(clamping: chain.count), key.baseAddress, CInt(clamping: key.count))
            }
        }
        return found == 1 ? .pair : found == 0 ? .strangers : .unreadable
    }
}
