import HTTPTransport
import Synchronization

/// Keeps the certificate that was met.
final class Meeting: Sendable {
    private let met = Mutex<PeerCertificate?>(nil)

    var certificate: PeerCertificate? { met.withLock { $0 } }

    func note(_ certificate: PeerCertificate) { met.withLock { $0 = certificate } }
}
