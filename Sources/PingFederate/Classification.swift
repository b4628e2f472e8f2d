package import HTTPTransport
import SecretMemory

/// The one place that decides what an answer of a console means.
extension ConsoleFailure {
    package init(_ failure: TransportFailure, of party: Counterpart? = nil) {
        let verdict: (Disposition, Cause) =
            switch failure.kind {
            case .tlsUntrusted: (.mend, .untrusted)
            case .tlsFailed: (.mend, .tlsFailed)
            case .caUnusable: (.mend, .caUnusable)
            case .identityRefused: (.mend, .certificateRefused)
            case .identityUnusable, .invalidRequest: (.mend, .identityUnusable)
            case .proxyRefused: (.mend, .proxyRefused)
            case .cancelled, .shutDown, .overloaded: (.later(), .cancelled)
            case .tooLarge, .malformed: (.mend, .unexpectedAnswer)
            case .unresolved, .unreachable, .timedOut, .cut, .other:
                (.later(), failure.delivery == .notSent ? .unreachable : .answerLost)
            }
        let detail: String =
            switch failure.kind {
            // Their sentences are the cause's own.
            case .tlsUntrusted where party?.isPinned == true: "it is not the one that is pinned"
            case .tlsUntrusted, .identityRefused, .caUnusable: failure.detail
            default: failure.description
            }
        self.init(verdict.0, verdict.1, detail: detail, of: party)
    }

    /// An answer that is not the one that was hoped for. The status decides, and whether the admin API speaks at all.
    /// - Parameters:
    ///   - secrets: what was sent. Words that repeat a part of one are withheld.
    ///   - isFirst: whether it was asked for what every console has.
    init(_ answer: HTTPResponse, of party: Counterpart? = nil, withholding secrets: [SecretBox], isFirst: Bool = false)
    {
        let retryAfter = answer.headers["retry-after"].flatMap(Int.init).map { min(max($0, 0), 3600) }
        let verdict: (Disposition, Cause) =
            switch answer.status {
            case 401: (.mend, party?.login.refusal ?? .unauthorized)
            case 403: (.mend, .forbidden)
            case 404: (.mend, isFirst || !answer.isJSON ? .wrongAddress : .notFound)
            case 400, 422: (.rejected, .rejected)
            case 409: (.later(retryAfter: retryAfter), .conflict)
            case 413: (.mend, .tooLarge)
            case 415: (.mend, .unsupportedMediaType)
            case 300...399: (.mend, .redirected)
            case 408, 429, 500...599: (.later(retryAfter: retryAfter), .serverError)
            default: (.later(retryAfter: retryAfter), .unexpectedAnswer)
            }
        let words = ErrorResult.words(answer, secrets) ?? (300...399 ~= answer.status ? answer.place(secrets) : nil)
        self.init(verdict.0, verdict.1, status: answer.status, detail: words, of: party)
    }

    /// What a token endpoint refuses: by its own code, which RFC 6749 (section 5.2) gives a status of its own where it is
    /// about the client.
    init(token answer: HTTPResponse, of party: Counterpart, withholding secrets: [SecretBox]) {
        let general = ConsoleFailure(answer, of: party, withholding: secrets)
        let verdict: (Disposition, Cause) =
            switch (ErrorResult.code(answer), answer.status) {
            case ("invalid_scope", 400...499): (.mend, .invalidScope)
            case ("invalid_client", 400...499), (nil, 401): (.mend, .invalidClient)
            case (_, 404), (nil, 405): (.mend, .wrongAddress)
            case (_, 400...499) where answer.status != 408 && answer.status != 429: (.mend, .tokenRefused)
            default: (general.disposition, general.cause)
            }
        self.init(verdict.0, verdict.1, status: answer.status, detail: general.detail, of: party)
    }

    /// An answer with a good status that cannot be used.
    init(_ unusable: UnusableAnswer, _ answer: HTTPResponse, of party: Counterpart? = nil) {
        self.init(.later(), .unexpectedAnswer, status: answer.status, detail: unusable.detail, of: party)
    }
}

extension Counterpart.Login {
    /// What a 401 means.
    fileprivate var refusal: ConsoleFailure.Cause {
        switch self {
        case .basic: .unauthorized
        case .oauth: .tokenRejected
        case .certificate: .certificateRefused
        }
    }
}

extension HTTPResponse {
    /// Where it sends, without what a query may carry.
    fileprivate func place(_ secrets: [SecretBox]) -> String? {
        headers["location"].map { "to " + String($0.prefix { $0 != "?" && $0 != "#" }).shown(200, secrets) }
    }
}
