import Audit
import Glibc
import HTTPTransport
import System

/// A syslog server over TLS. Connects when there is something to send, and again after an error.
final class SyslogConnection: AuditDestination {
    /// For a connection, and for one batch, in seconds.
    private static let patience = 15
    /// For a server to refuse a new connection, in milliseconds. It may ask another one about our certificate.
    private static let judgement: CInt = 5000

    private let host: String
    private let port: Int
    private let caFile: String?
    private let identity: SyslogIdentity?
    private let name = hostName()
    private var stream: TLSStream?

    init(host: String, port: Int, caFile: String?, identity: SyslogIdentity?) {
        (self.host, self.port, self.caFile, self.identity) = (host, port, caFile, identity)
    }

    func send(_ messages: [AuditMessage]) throws(ForwardFailure) {
        let bytes = messages.flatMap { $0.syslog(host: name, process: getpid()) }
        // A server may close a connection that was idle.
        let isNew = stream?.isOpen != true
        let identity = isNew ? try identity?.read() : nil
        var isAccepted = true
        do throws(TransportFailure) {
            if isNew {
                stream = try TLSStream(
                    host: host, port: port, caFile: caFile, identity: identity, within: Self.patience)
                isAccepted = stream?.isAccepted(within: Self.judgement) == true
            }
            if isAccepted { try stream?.send(bytes, within: Self.patience) }
        } catch {
            stream = nil
            throw ForwardFailure(reason: "\(host):\(port): \(error)")
        }
        guard isAccepted else {
            stream = nil
            throw ForwardFailure(
                reason: "\(host):\(port): the server ended the new connection at once; it may want a client certificate"
            )
        }
    }
}
