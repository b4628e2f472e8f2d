import Domain
package import HTTPTransport
import Synchronization

/// Reads the certificate of a console that is not trusted yet.
package enum CertificateProbe {
    /// Returns the certificate that a server shows. Sends no request to it.
    package static func certificate(
        of api: EndpointURL, over transport: any HTTPTransport
    ) async throws(ConsoleFailure) -> PeerCertificate {
        let met = Meeting()
        let tls = TLSOptions(
            trust: .certificate { certificate in
                met.record(certificate)
                return false
            })
        do throws(TransportFailure) {
            _ = try await transport.send(HTTPRequest(.get, api, tls: tls))
        } catch {
            if let certificate = met.certificate { return certificate }
            throw ConsoleFailure(error, of: Counterpart(met: api))
        }
        throw ConsoleFailure(
            .needsFix, .untrusted, detail: "the server showed no certificate", of: Counterpart(met: api))
    }
}

/// Holds the certificate that the server showed.
private final class Meeting: Sendable {
    private let met = Mutex<PeerCertificate?>(nil)

    var certificate: PeerCertificate? { met.withLock { $0 } }

    func record(_ certificate: PeerCertificate) { met.withLock { $0 = certificate } }
}
