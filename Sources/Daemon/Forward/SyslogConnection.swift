import Audit
import Glibc
import HTTPTransport
import System

/// A syslog server over TLS. Connects when there is something to send, and again after an error.
final class SyslogConnection: AuditDestination {
    /// For a connection, and for one batch, in seconds.
    private static let patience = 15

    private let host: String
    private let port: Int
    private let caFile: String?
    private let name = hostName()
    private var stream: TLSStream?

    init(host: String, port: Int, caFile: String?) { (self.host, self.port, self.caFile) = (host, port, caFile) }

    func send(_ messages: [AuditMessage]) throws(ForwardFailure) {
        let bytes = messages.flatMap { $0.syslog(host: name, process: getpid()) }
        do throws(TransportFailure) {
            // A server may close a connection that was idle.
            if stream?.isOpen != true {
                stream = try TLSStream(host: host, port: port, caFile: caFile, within: Self.patience)
            }
            try stream?.send(bytes, within: Self.patience)
        } catch {
            stream = nil
            throw ForwardFailure(reason: "\(host):\(port): \(error)")
        }
    }
}
