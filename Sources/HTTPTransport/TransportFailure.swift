import Domain
package import SecretMemory

/// No whole answer arrived. Says whether the server may have received the request, which decides what to do next.
package struct TransportFailure: Error, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable {
        /// A header with a control character, or an option that curl refuses: a fault on our side.
        case invalidRequest = "invalid_request"
        /// The maximum number of requests is in flight already.
        case overloaded
        case unresolved
        case unreachable
        case tlsUntrusted = "tls_untrusted"
        case tlsFailed = "tls_failed"
        case caUnusable = "ca_unusable"
        /// The client certificate or its key cannot be used.
        case identityUnusable = "identity_unusable"
        /// The server does not accept the client certificate, or requires one and got none.
        case identityRefused = "identity_refused"
        /// The proxy refused the connection.
        case proxyRefused = "proxy_refused"
        case timedOut = "timed_out"
        /// The connection closed before the answer was complete.
        case cut
        case tooLarge = "too_large"
        case malformed
        case cancelled
        case shutDown = "shut_down"
        case other
    }

    package enum Delivery: Sendable {
        /// The server received no byte of the request.
        case notSent
        /// The server may have received the request and acted on it.
        case ambiguous
    }

    package let kind: Kind
    package let delivery: Delivery
    /// In our own words, never a library's; at most 200 bytes of printable ASCII, empty when there is nothing to add.
    package let detail: String
    /// The part of the body that arrived, up to the limit; `nil` when nothing did. Half of an answer that is given only
    /// once may be all there is.
    package let partial: SecretBox?

    package init(_ kind: Kind, _ delivery: Delivery, detail: String = "", partial: SecretBox? = nil) {
        self.kind = kind
        self.delivery = delivery
        self.detail = detail.printable(limit: 200)
        self.partial = partial
    }

    package static func == (left: Self, right: Self) -> Bool {
        guard (left.kind, left.delivery, left.detail) == (right.kind, right.delivery, right.detail) else {
            return false
        }
        guard let mine = left.partial, let theirs = right.partial else {
            return left.partial == nil && right.partial == nil
        }
        return mine.bytes.constantTimeEquals(theirs.bytes)
    }

    package var description: String { detail.isEmpty ? kind.sentence : "\(kind.sentence) (\(detail))" }
}

extension TransportFailure.Kind {
    var sentence: String {
        switch self {
        case .invalidRequest: "the request is not valid"
        case .overloaded: "too many requests are in flight"
        case .unresolved: "the host name cannot be resolved"
        case .unreachable: "cannot connect"
        case .tlsUntrusted: "the server's certificate is not trusted"
        case .tlsFailed: "the TLS handshake failed"
        case .caUnusable: "the CA file cannot be used"
        case .identityUnusable: "the client certificate or its key cannot be used"
        case .identityRefused: "the server does not accept the client certificate"
        case .proxyRefused: "the proxy refuses the connection"
        case .timedOut: "no answer in time"
        case .cut: "the connection closed before the answer was complete"
        case .tooLarge: "the answer is larger than allowed"
        case .malformed: "the answer is not valid HTTP"
        case .cancelled: "cancelled"
        case .shutDown: "shutting down"
        case .other: "the request failed"
        }
    }
}
