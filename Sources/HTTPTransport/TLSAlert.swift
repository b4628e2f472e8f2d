/// Why a server ended TLS, in its own words: an alert (RFC 8446, section 6). An alert about our certificate comes
/// during the handshake in TLS 1.2, and in place of an answer in TLS 1.3.
struct TLSAlert: Equatable, CustomStringConvertible {
    let number: Int

    init(_ number: Int) { self.number = number }

    /// `nil` when the text contains no OpenSSL error that is an alert.
    /// - Parameter text: curl's message, with OpenSSL's error as `error:0A000412:…` in it: eight hexadecimal digits.
    ///   The first two stand for its TLS library, the last ones are 1000 plus the alert's number.
    init?(in text: [UInt8]) {
        let mark = Array("error:0A".utf8)
        guard text.count >= mark.count + 6 else { return nil }
        for start in 0...text.count - mark.count - 6 where text[start..<start + mark.count].elementsEqual(mark) {
            let digits = text[start + mark.count..<start + mark.count + 6]
            guard let reason = Int(String(decoding: digits, as: UTF8.self), radix: 16) else { continue }
            guard (1_000...1_255).contains(reason) else { continue }
            self.init(reason - 1_000)
            return
        }
        return nil
    }

    /// Whether the server does not accept the client certificate, or requires one and got none.
    var isAboutOurCertificate: Bool { Self.ofCertificates[number] != nil }

    var description: String { Self.ofCertificates[number] ?? Self.others[number] ?? "\(number)" }

    private static let ofCertificates = [
        41: "no_certificate", 42: "bad_certificate", 43: "unsupported_certificate", 44: "certificate_revoked",
        45: "certificate_expired", 46: "certificate_unknown", 48: "unknown_ca", 49: "access_denied",
        116: "certificate_required",
    ]

    private static let others = [
        40: "handshake_failure", 47: "illegal_parameter", 51: "decrypt_error", 70: "protocol_version",
        71: "insufficient_security", 80: "internal_error", 112: "unrecognized_name", 120: "no_application_protocol",
    ]
}
