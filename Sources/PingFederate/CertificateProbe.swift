import Domain
package import HTTPTransport
import Synchronization

/// Reads the certificate of a console that is not trusted yet.
package enum CertificateProbe {
    /// Returns the certificate that a server shows. Sends no request to it.
    package static func certificate(
        of api: EndpointURL, over transport: any HTTPTransport
    ) async throws(ConsoleFailure) -> PeerCertificate {
        let shown = ShownCertificate()
        let tls = TLSOptions(
            trust: .certificate { certificate in
                shown.record(certificate)
                return false
            })
        do throws(TransportFailure) {
            _ = try await transport.send(HTTPRequest(.get, api, tls: tls))
        } catch {
            if let certificate = shown.certificate { return certificate }
            throw ConsoleFailure(error, of: Counterpart(probing: api))
        }
        throw ConsoleFailure(
            .needsFix, .untrusted, detail: "the server showed no certificate", of: Counterpart(probing: api))
    }
}

/// Holds the certificate that the server showed.
private final class ShownCertificate: Sendable {
    private let shown = Mutex<PeerCertificate?>(nil)

    var certificate: PeerCertificate? { shown.withLock { $0 } }

    func record(_ certificate: PeerCertificate) { shown.withLock { $0 = certificate } }
}
