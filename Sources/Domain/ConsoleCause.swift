/// Why a push to a console, or a check of one, failed. The raw values are stored, and shown to operators.
package enum ConsoleCause: String, CaseIterable, Sendable {
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

    /// - Parameter server: the one that was called: a console, or the token endpoint before it.
    package func meaning(at server: String = "the console") -> String {
        switch self {
        case .unauthorized: "\(server) does not accept the login"
        case .tokenRejected: "the console does not accept the access token"
        case .certificateRefused: "\(server) does not accept the client certificate"
        case .forbidden: "\(server) does not permit this login to do that"
        case .notFound: "\(server) has no such object"
        case .wrongAddress: "the address is not that of the admin API or the token endpoint"
        case .rejected: "PingFederate does not accept the connection"
        case .conflict: "\(server) says that it conflicts with another change"
        case .tooLarge: "the connection is larger than \(server), or a gateway before it, accepts"
        case .unsupportedMediaType: "\(server), or a gateway before it, does not accept JSON"
        case .untrusted: "\(server)'s certificate is not trusted"
        case .tlsFailed: "the TLS handshake with \(server) failed"
        case .caUnusable: "the CA file cannot be used"
        case .identityUnusable: "the client certificate or its key cannot be used"
        case .unreachable: "\(server) cannot be reached"
        case .proxyRefused: "the proxy refuses the connection to \(server)"
        case .answerLost: "\(server)'s answer did not arrive"
        case .serverError: "\(server) had an internal error"
        case .redirected: "\(server) answers with a redirect"
        case .unexpectedAnswer: "the answer is not the admin API's"
        case .invalidClient: "the token endpoint does not accept the OAuth client"
        case .invalidScope: "the token endpoint does not accept the scope"
        case .tokenRefused: "the token endpoint refuses to issue a token"
        case .editors: "somebody else keeps saving the connection"
        case .mismatch: "the connection lacks a setting that is configured here"
        case .replication: "the engines did not replicate the configuration"
        case .moved: "the target was set to another console, connection or setting, and nothing was pushed there since"
        case .cancelled: "the call was cancelled"
        }
    }
}
