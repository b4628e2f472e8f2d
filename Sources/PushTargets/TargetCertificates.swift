package import Domain
package import HTTPTransport
package import PingFederate
package import Vault

/// The expiry of a target's certificates, and problems of its client certificate.
package struct TargetCertificates {
    /// The client certificate: the first one in the chain.
    package let client: CertificateLife?
    /// The expiry of the pinned certificate, once it was seen, or of the last CA certificate.
    package let trust: Timestamp?
    private let identity: TLSOptions.Identity?

    package init(_ target: PushTarget) {
        if case .certificate(let chain, let key) = target.login {
            client = CertificateLife.all(inPEM: chain).first ?? nil
            identity = TLSOptions.Identity(certificates: chain, key: key)
        } else {
            (client, identity) = (nil, nil)
        }
        trust =
            switch target.trust {
            case .system: nil
            case .pin: target.pinExpires
            case .authorities(let text):
                CertificateLife.all(inPEM: text).compactMap { $0?.ends }.max().map(Timestamp.init(unixSeconds:))
            }
    }

    package var clientExpires: Timestamp? { client.map { Timestamp(unixSeconds: $0.ends) } }

    /// Throws if no console can accept the client certificate, whatever a reused connection suggests.
    package func check(now: Timestamp) throws(ConsoleFailure) {
        guard let identity else { return }
        let words: String
        switch (identity.match, client) {
        case (.strangers, _): words = Self.strangers
        case (.unreadable, _), (_, nil): words = "the certificate or the key is not readable PEM"
        case (.pair, let life?) where life.ends <= now.unixSeconds:
            words = "it expired at \(Timestamp(unixSeconds: life.ends))"
        case (.pair, let life?) where life.begins > now.unixSeconds:
            words = "it is not valid before \(Timestamp(unixSeconds: life.begins))"
        case (.pair, _): return
        }
        throw ConsoleFailure(.needsFix, .identityUnusable, detail: words)
    }

    package static let strangers = "the client key does not belong to the client certificate"
}

extension PushTarget {
    /// Reads the pinned certificate from the console, and returns its expiry. A pin identifies the certificate's bytes,
    /// so once is enough.
    package func pinExpiry(over transport: any HTTPTransport) async -> Timestamp? {
        guard case .pin(let digits) = trust else { return nil }
        guard let api = try? access().api, let met = try? await CertificateProbe.certificate(of: api, over: transport),
            met.sha256 == digits
        else { return nil }
        return CertificateLife(der: met.der).map { Timestamp(unixSeconds: $0.ends) }
    }
}

extension TargetPusher {
    /// Saves the expiry of the pinned certificate, if it is unknown because the target was stored without a check.
    package func learnCertificate(of target: PushTarget) async {
        guard target.pinExpires == nil, let expires = await target.pinExpiry(over: transport) else { return }
        try? await vault.save(pinExpires: expires, of: target)  // retried at the next check
    }
}
