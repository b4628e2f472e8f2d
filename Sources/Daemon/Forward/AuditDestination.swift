import Audit
import HTTPTransport

/// `audit.forward`: where else the lines of the audit log go.
enum AuditForward: Equatable, Sendable {
    case journal
    /// RFC 5424 over TLS (RFC 5425), on port 6514 unless another is named.
    case syslog(host: String, port: Int)

    static let grammar = "journal, syslog+tls://HOST or syslog+tls://HOST:PORT"
    private static let scheme = "syslog+tls://"

    init?(_ text: String) {
        if text == "journal" {
            self = .journal
            return
        }
        guard text.hasPrefix(Self.scheme),
            let url = try? EndpointURL("https://" + text.dropFirst(Self.scheme.count)), url.target.isEmpty
        else { return nil }
        self = .syslog(host: url.host, port: url.port ?? (text.hasSuffix(":443") ? 443 : 6514))
    }

    func makeDestination(caFile: String?, identity: SyslogIdentity?) -> any AuditDestination {
        switch self {
        case .journal: JournalSocket()
        case .syslog(let host, let port):
            SyslogConnection(host: host, port: port, caFile: caFile, identity: identity)
        }
    }
}

/// Why lines could not be sent, for people.
struct ForwardFailure: Error, Equatable { let reason: String }

/// A receiver of lines. Blocks, and is used by one caller at a time.
protocol AuditDestination: AnyObject {
    /// Returns once the receiver's kernel has all of them.
    func send(_ messages: [AuditMessage]) throws(ForwardFailure)
}
