/// A call to a console that brought nothing, classified once. Contains no secret.
package struct ConsoleFailure: Error, Equatable, CustomStringConvertible {
    package enum Disposition: Equatable, Sendable {
        /// May pass by itself. Seconds that the server asked for, at most an hour.
        case later(retryAfter: Int? = nil)
        /// Fails again until somebody changes something, here or there.
        case mend
        /// PingFederate does not accept what it was sent.
        case rejected
    }

    package enum Cause: String, CaseIterable, Sendable {
        case unauthorized, forbidden
        case notFound = "not_found"
        case rejected
        case untrusted
        case identityUnusable = "identity_unusable"
        case unreachable
        case answerLost = "answer_lost"
        case serverError = "server_error"
        case redirected
        case unexpectedAnswer = "unexpected_answer"
        case tokenRefused = "token_refused"
        /// Somebody else saves the connection all the time.
        case editors
        /// A setting of the connection, or a way of replicating, is not there as it was configured here.
        case mismatch
        case replication
        case cancelled
    }

    package let disposition: Disposition
    package let cause: Cause
    /// `nil` when there was no answer.
    package let status: Int?
    /// The server's words, or curl's, as printable ASCII.
    package let detail: String?

    package init(_ disposition: Disposition, _ cause: Cause, status: Int? = nil, detail: String? = nil) {
        self.disposition = disposition
        self.cause = cause
        self.status = status
        self.detail = detail
    }

    package var description: String {
        let sentence = cause.sentence
        let code = status.map { " (HTTP \($0))" } ?? ""
        guard let detail, !detail.isEmpty else { return sentence + code }
        return sentence.isEmpty ? detail : "\(sentence)\(code): \(detail)"
    }

    package var hint: String { cause.hint }
}

extension ConsoleFailure.Cause {
    fileprivate var sentence: String {
        switch self {
        case .unauthorized: "the console does not accept the login"
        case .forbidden: "the console does not let this login do that"
        case .notFound: "the console knows no such thing"
        case .rejected: "pingfederate does not accept it"
        case .untrusted: "the console's certificate is not trusted"
        case .identityUnusable: "the client certificate or its key cannot be used"
        case .unreachable: "the console cannot be reached"
        case .answerLost: "the console's answer did not arrive"
        case .serverError: "the console has trouble of its own"
        case .redirected: "the console sends elsewhere"
        case .unexpectedAnswer: "the answer is not the admin API's"
        case .tokenRefused: "the token endpoint gives no token"
        case .editors, .mismatch, .replication: ""
        case .cancelled: "given up"
        }
    }

    fileprivate var hint: String {
        switch self {
        case .unauthorized:
            "check the account in PingFederate (Administrative Accounts); for another login add a second target for the same connection, then remove this one"
        case .forbidden: "give the account the role Admin in PingFederate"
        case .notFound: "compare the connection's ID with the console; keyturn target discover NAME lists them"
        case .rejected: "mend what PingFederate says, then keyturn rotation resume ID or keyturn target push NAME"
        case .untrusted:
            "compare the certificate: openssl s_client -connect HOST:9999 | openssl x509 -noout -sha256 -fingerprint"
        case .identityUnusable: "check that the key is the certificate's, PEM and not encrypted"
        case .unreachable: "check address, DNS and firewall between here and the console"
        case .answerLost: "check the network, and the console's log"
        case .serverError: "see the console's server.log"
        case .redirected, .unexpectedAnswer: "check the address: https://CONSOLE:9999"
        case .tokenRefused: "check the client of the token endpoint, and its scopes"
        case .editors: "wait until the other editor is done"
        case .mismatch: "keyturn target discover NAME shows what is there"
        case .replication: "see Cluster Management in the console"
        case .cancelled: "try again"
        }
    }
}
