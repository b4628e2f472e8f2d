import HTTPTransport

/// A failed call to a console, or to the token endpoint before it, classified once. Contains no secret.
package struct ConsoleFailure: Error, Equatable, CustomStringConvertible {
    package enum Disposition: Equatable, Sendable {
        /// May pass without intervention. `retryAfter` is the number of seconds that the server asked for, at most an
        /// hour.
        case later(retryAfter: Int? = nil)
        /// Fails again until somebody changes something, in PingFederate or in Keyturn.
        case mend
        /// PingFederate does not accept what was sent.
        case rejected
    }

    package enum Cause: String, CaseIterable, Sendable {
        case unauthorized, forbidden
        /// The console does not accept the token from the token endpoint.
        case tokenRejected = "token_rejected"
        case certificateRefused = "certificate_refused"
        case notFound = "not_found"
        /// Another server answers, or the server does not know this path.
        case wrongAddress = "wrong_address"
        case rejected, conflict
        case tooLarge = "too_large"
        case unsupportedMediaType = "unsupported_media_type"
        case untrusted
        case tlsFailed = "tls_failed"
        case caUnusable = "ca_unusable"
        case identityUnusable = "identity_unusable"
        case unreachable
        case proxyRefused = "proxy_refused"
        case answerLost = "answer_lost"
        case serverError = "server_error"
        case redirected
        case unexpectedAnswer = "unexpected_answer"
        /// OAuth's own codes (RFC 6749, section 5.2), and all other refusals of the token endpoint.
        case invalidClient = "invalid_client"
        case invalidScope = "invalid_scope"
        case tokenRefused = "token_refused"
        /// Other people keep saving the connection.
        case editors
        /// The connection lacks a setting, or the console a replication mode, that is configured here.
        case mismatch
        case replication
        /// The target was set to another connection, which has none of our values yet.
        case moved
        case cancelled
    }

    package let disposition: Disposition
    package let cause: Cause
    /// `nil` when there was no answer.
    package let status: Int?
    /// The message from the server or curl, as readable text on one line.
    package let detail: String?
    /// The server that was called; `nil` for a console in general.
    package let party: Counterpart?

    /// What to do, where it is more specific than the cause. `NAME` stands for the target's name.
    package let advice: String?

    package init(
        _ disposition: Disposition, _ cause: Cause, status: Int? = nil, detail: String? = nil,
        of party: Counterpart? = nil, advice: String? = nil
    ) {
        self.disposition = disposition
        self.cause = cause
        self.status = status
        self.detail = detail
        self.party = party
        self.advice = advice
    }

    package var description: String {
        let code = status.map { " (HTTP \($0))" } ?? ""
        guard let detail, !detail.isEmpty else { return sentence + code }
        return sentence.isEmpty ? detail : "\(sentence)\(code): \(detail)"
    }

    private var who: String {
        guard let party, party.role == .tokenEndpoint else { return "the console" }
        return "the token endpoint"
    }

    private var sentence: String {
        switch cause {
        case .unauthorized: "\(who) does not accept the login"
        case .tokenRejected: "the console does not accept the access token"
        case .certificateRefused: "\(who) does not accept the client certificate"
        case .forbidden: "\(who) does not permit this login to do that"
        case .notFound: "\(who) has no such object"
        case .wrongAddress: "\(who) is not at \(party?.url.description ?? "this address")"
        case .rejected: "pingfederate does not accept the connection"
        case .conflict: "\(who) says that it conflicts with another change"
        case .tooLarge: "the connection is larger than \(who), or a gateway before it, accepts"
        case .unsupportedMediaType: "\(who), or a gateway before it, does not accept JSON"
        case .untrusted: "\(who)'s certificate is not trusted"
        case .tlsFailed: "the TLS handshake with \(who) failed"
        case .caUnusable: "the CA file cannot be used"
        case .identityUnusable: "the client certificate or its key cannot be used"
        case .unreachable: "\(who) cannot be reached"
        case .proxyRefused: "the proxy refuses the connection to \(who)"
        case .answerLost: "\(who)'s answer did not arrive"
        case .serverError: "\(who) had an internal error"
        case .redirected: "\(who) answers with a redirect"
        case .unexpectedAnswer:
            party?.role == .tokenEndpoint
                ? "the answer is not a token endpoint's" : "the answer is not the admin API's"
        case .invalidClient: "the token endpoint does not accept the OAuth client"
        case .invalidScope: "the token endpoint does not accept the scope"
        case .tokenRefused: "the token endpoint refuses to issue a token"
        case .editors, .mismatch, .replication: ""
        case .moved: "the target was set to another console, connection or setting, and nothing was pushed there since"
        case .cancelled: "cancelled"
        }
    }
}
