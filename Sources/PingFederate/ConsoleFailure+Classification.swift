import Domain
package import HTTPTransport
import SecretMemory

/// The one place that decides what an answer of a console means.
extension ConsoleFailure {
    package init(_ failure: TransportFailure, of party: Counterpart? = nil) {
        let verdict: (Disposition, ConsoleCause) =
            switch failure.kind {
            case .tlsUntrusted: (.needsFix, .untrusted)
            case .tlsFailed: (.needsFix, .tlsFailed)
            case .caUnusable: (.needsFix, .caUnusable)
            case .identityRefused: (.needsFix, .certificateRefused)
            case .identityUnusable, .invalidRequest: (.needsFix, .identityUnusable)
            case .proxyRefused: (.needsFix, .proxyRefused)
            case .cancelled, .shutDown, .overloaded: (.later(), .cancelled)
            case .tooLarge, .malformed: (.needsFix, .unexpectedAnswer)
            case .unresolved, .unreachable, .timedOut, .cut, .other:
                (.later(), failure.delivery == .notSent ? .unreachable : .answerLost)
            }
        let detail: String =
            switch failure.kind {
            // The text of these failures is the cause's own.
            case .tlsUntrusted where party?.isPinned == true: "it is not the pinned one"
            case .tlsUntrusted, .identityRefused, .caUnusable: failure.detail
            default: failure.description
            }
        self.init(verdict.0, verdict.1, detail: detail, of: party)
    }

    /// Classifies an answer other than the expected one, by its status and by whether the admin API speaks at all.
    /// - Parameters:
    ///   - secrets: the secrets that were sent. Text that repeats a part of one is withheld.
    ///   - isFirst: whether the request was for something that every console has.
    init(_ answer: HTTPResponse, of party: Counterpart? = nil, withholding secrets: [SecretBox], isFirst: Bool = false)
    {
        let retryAfter = answer.headers["retry-after"].flatMap(Int.init).map { min(max($0, 0), 3600) }
        let verdict: (Disposition, ConsoleCause) =
            switch answer.status {
            case 401: (.needsFix, party?.login.refusal ?? .unauthorized)
            case 403: (.needsFix, .forbidden)
            case 404: (.needsFix, isFirst || !answer.isJSON ? .wrongAddress : .notFound)
            case 400, 422: (.rejected, .rejected)
            case 409: (.later(retryAfter: retryAfter), .conflict)
            case 413: (.needsFix, .tooLarge)
            case 415: (.needsFix, .unsupportedMediaType)
            case 300...399: (.needsFix, .redirected)
            case 408, 429, 500...599: (.later(retryAfter: retryAfter), .serverError)
            default: (.later(retryAfter: retryAfter), .unexpectedAnswer)
            }
        let words = ErrorResult.words(answer, secrets) ?? (300...399 ~= answer.status ? answer.place(secrets) : nil)
        self.init(verdict.0, verdict.1, status: answer.status, detail: words, of: party)
    }

    /// Classifies a refusal of the token endpoint by its OAuth code. RFC 6749 (section 5.2) gives `invalid_client` a
    /// status of its own.
    init(token answer: HTTPResponse, of party: Counterpart, withholding secrets: [SecretBox]) {
        let general = ConsoleFailure(answer, of: party, withholding: secrets)
        let verdict: (Disposition, ConsoleCause) =
            switch (ErrorResult.code(answer), answer.status) {
            case ("invalid_scope", 400...499): (.needsFix, .invalidScope)
            case ("invalid_client", 400...499), (nil, 401): (.needsFix, .invalidClient)
            case (_, 404), (nil, 405): (.needsFix, .wrongAddress)
            case (_, 400...499) where answer.status != 408 && answer.status != 429: (.needsFix, .tokenRefused)
            default: (general.disposition, general.cause)
            }
        self.init(verdict.0, verdict.1, status: answer.status, detail: general.detail, of: party)
    }

    /// Classifies an answer with a 2xx status that cannot be used.
    init(_ unusable: UnusableAnswer, _ answer: HTTPResponse, of party: Counterpart? = nil) {
        self.init(.later(), .unexpectedAnswer, status: answer.status, detail: unusable.detail, of: party)
    }
}

extension Counterpart.Login {
    /// The cause that a 401 means for this login.
    fileprivate var refusal: ConsoleCause {
        switch self {
        case .basic: .unauthorized
        case .oauth: .tokenRejected
        case .certificate: .certificateRefused
        }
    }
}

extension HTTPResponse {
    /// The address that a redirect points to, without its query, which may contain a secret.
    fileprivate func place(_ secrets: [SecretBox]) -> String? {
        headers["location"].map { "to " + String($0.prefix { $0 != "?" && $0 != "#" }).shown(200, secrets) }
    }
}
