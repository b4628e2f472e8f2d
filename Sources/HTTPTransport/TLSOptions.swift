import Domain
package import SecretMemory

/// How the server of one request is authenticated, and our client certificate. TLS 1.2 is always the minimum.
package struct TLSOptions: Sendable {
    package enum Trust: Sendable {
        /// As configured for the transport: the system's trust store, or the CA file instead.
        case standard
        /// PEM certificates to trust instead of all others. The host name must match as usual.
        case authorities(String)
        /// The closure checks the server's own certificate before anything is sent; authority and host name do not
        /// matter. The connection is used for this one request. `false` makes the request fail as
        /// ``TransportFailure/Kind/tlsUntrusted``.
        case certificate(@Sendable (PeerCertificate) -> Bool)
    }

    /// A client certificate.
    package struct Identity: Sendable {
        /// PEM: our certificate first, then the chain to its authority.
        package let certificates: String
        /// PEM, not encrypted.
        package let key: SecretBox

        package init(certificates: String, key: SecretBox) {
            self.certificates = certificates
            self.key = key
        }
    }

    package var trust: Trust
    package var identity: Identity?

    package init(trust: Trust = .standard, identity: Identity? = nil) {
        self.trust = trust
        self.identity = identity
    }
}

/// The certificate that a server showed. Only its bytes prove anything; the rest is for people.
package struct PeerCertificate: Equatable, Sendable {
    package let der: [UInt8]
    /// Such as `CN = console.example.com`; like the other texts, at most 300 bytes of printable ASCII.
    package let subject: String
    package let issuer: String
    package let notBefore: String
    package let notAfter: String

    /// - Parameter lines: curl's description of a certificate, as `name:value`.
    init?(_ lines: [String]) {
        var values: [String: String] = [:]
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            values[String(line[..<colon])] = String(line[line.index(after: colon)...])
        }
        guard let der = values["Cert"].flatMap(Self.bytes) else { return nil }
        self.der = der
        func words(_ name: String) -> String { (values[name] ?? "").printable(limit: 300) }
        subject = words("Subject")
        issuer = words("Issuer")
        notBefore = words("Start date")
        notAfter = words("Expire date")
    }

    /// The bytes of one PEM block.
    private static func bytes(ofPEM text: String) -> [UInt8]? {
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-----") }
        var (bytes, bits, count) = ([UInt8](), UInt32(0), 0)
        for digit in lines.joined().utf8.prefix(while: { $0 != UInt8(ascii: "=") }) {
            guard let value = value(ofDigit: digit) else { return nil }
            bits = bits << 6 | value
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
        return bytes.isEmpty ? nil : bytes
    }

    private static func value(ofDigit digit: UInt8) -> UInt32? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
