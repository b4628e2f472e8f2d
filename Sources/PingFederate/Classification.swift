package import HTTPTransport
import SecretMemory

/// The one place that decides what an answer of a console means.
extension ConsoleFailure {
    package init(_ failure: TransportFailure) {
        let verdict: (Disposition, Cause) =
            switch failure.kind {
            case .tlsUntrusted, .tlsFailed, .caUnusable: (.mend, .untrusted)
            case .identityUnusable, .invalidRequest: (.mend, .identityUnusable)
            case .cancelled, .shutDown, .overloaded: (.later(), .cancelled)
            case .tooLarge, .malformed: (.mend, .unexpectedAnswer)
            case .unresolved, .unreachable, .timedOut, .cut, .other:
                (.later(), failure.delivery == .notSent ? .unreachable : .answerLost)
            }
        self.init(verdict.0, verdict.1, detail: failure.description)
    }

    /// An answer that is not the one that was hoped for. The status alone decides.
    /// - Parameter secrets: what was sent. Words that repeat a part of one are withheld.
    init(_ answer: HTTPResponse, withholding secrets: [SecretBox]) {
        let retryAfter = answer.headers["retry-after"].flatMap(Int.init).map { min(max($0, 0), 3600) }
        let verdict: (Disposition, Cause) =
            switch answer.status {
            case 401: (.mend, .unauthorized)
            case 403: (.mend, .forbidden)
            case 404: (.mend, .notFound)
            case 400, 422: (.rejected, .rejected)
            case 300...399: (.mend, .redirected)
            case 408, 429, 500...599: (.later(retryAfter: retryAfter), .serverError)
            default: (.later(retryAfter: retryAfter), .unexpectedAnswer)
            }
        self.init(verdict.0, verdict.1, status: answer.status, detail: ErrorResult.words(answer, secrets))
    }

    /// An answer with a good status that cannot be used.
    init(_ unusable: UnusableAnswer, _ answer: HTTPResponse) {
        self.init(.later(), .unexpectedAnswer, status: answer.status, detail: unusable.detail)
    }
}
