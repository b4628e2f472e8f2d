import Domain
package import HTTPTransport
package import SecretMemory

/// The endpoint of Zoom that was called. Each has its own form of refusal.
package enum ZoomCall: Equatable, Sendable {
    case token(OAuthGrant)
    case api
    case scim
    /// A change of the client secret or of its expiry. Unless Zoom certainly refused it, Zoom may have done it.
    case rotation
}

/// The one place that decides what an answer means. See `docs/zoom.md`, "Errors".
extension ZoomFailure {
    package init(_ failure: TransportFailure) {
        let cause: ZoomCause =
            switch failure.kind {
            case .tlsUntrusted, .tlsFailed, .caUnusable, .identityUnusable, .identityRefused: .tlsUntrusted
            case .cancelled, .shutDown: .cancelled
            case .invalidRequest, .overloaded: .notTried
            case .tooLarge, .malformed: .unexpectedAnswer
            case .unresolved, .unreachable, .proxyRefused, .timedOut, .cut, .other:
                failure.delivery == .notSent ? .unreachable : .answerLost
            }
        let disposition: Disposition =
            switch failure.delivery {
            case .notSent: failure.kind == .invalidRequest ? .permanent : .transient()
            case .ambiguous: .ambiguous
            }
        self.init(disposition, cause, detail: failure.description)
    }

    /// Classifies an answer other than the expected one.
    /// - Parameters:
    ///   - now: seconds since 1970, UTC; needed when `Retry-After` is a date.
    ///   - secrets: the secrets that were sent to Zoom. Text from Zoom that repeats one of them is withheld.
    package init(_ call: ZoomCall, _ answer: HTTPResponse, now: Int, withholding secrets: [SecretBox] = []) {
        let error = ErrorAnswer(answer)
        let retryAfter = RetryAfter.delay(answer.headers["retry-after"], now: now)
        var verdict: (Disposition, ZoomCause) =
            switch answer.status {
            case 429: (.throttled(retryAfter: retryAfter), .throttled)
            case 408, 500...599: (.transient(retryAfter: retryAfter), .serverError)
            case 300...399: (.transient(), .redirected)
            case 400...499 where call == .rotation && error.code == 2000:
                (.throttled(retryAfter: retryAfter ?? .seconds(Self.rotationWindow)), .throttled)
            case 400...499 where error.isZooms: Self.refusal(call, answer.status, error)
            default: (.transient(retryAfter: retryAfter), .unexpectedAnswer)
            }
        if call == .rotation, case .transient = verdict.0 { verdict.0 = .ambiguous }
        // The names are checked as well: they drop more characters than the shown text does, and a secret could reappear.
        let scopes = verdict.1 == .missingScopes ? error.missingScopes ?? [] : []
        let repeats =
            error.words?.repeats(secrets) == true || scopes.joined(separator: ", ").repeats(secrets)
        self.init(
            verdict.0, verdict.1, scopes: repeats ? [] : scopes, status: answer.status,
            detail: error.words?.shown(limit: 200, withholding: secrets),
            trackingID: answer.trackingID(withholding: secrets))
    }

    /// Classifies an answer with a 2xx status that cannot be used. Not permanent: a network's login page looks like
    /// this too.
    init(_ unusable: UnusableAnswer, _ answer: HTTPResponse, withholding secrets: [SecretBox]) {
        self.init(
            .transient(), .unexpectedAnswer, status: answer.status, detail: unusable.detail,
            trackingID: answer.trackingID(withholding: secrets))
    }

    /// Zoom allows three changes of an app's secret or its expiry in this many seconds. [doc]
    private static let rotationWindow = 900

    private static func refusal(_ call: ZoomCall, _ status: Int, _ error: ErrorAnswer) -> (Disposition, ZoomCause) {
        switch call {
        case .token(let grant):
            switch error.error {
            // Only the text distinguishes a deactivated app from a wrong secret. [assumed: the status]
            case "invalid_client" where error.says("disabled", "deactivated", "not activated"):
                (.permanent, .appDisabled)
            case "invalid_client": (.permanent, .invalidClient)
            case "invalid_request" where grant == .accountCredentials: (.permanent, .wrongAccount)
            case "invalid_request", "unsupported_grant_type", "unauthorized_client": (.permanent, .unsupportedGrant)
            default: (.transient(), .refused)
            }
        case .api, .scim:
            if error.missingScopes != nil {
                (.permanent, .missingScopes)
            } else if error.code == 124 || status == 401 {
                (.permanent, .tokenRefused)
            } else if call == .scim, error.mentionsSingleSignOn {
                (.permanent, .ssoDisabled)
            } else {
                (.transient(), .refused)
            }
        case .rotation:
            // A refusal is certain only for codes that Zoom sends before it acts. Everything else is ambiguous.
            switch error.code {
            case nil: (.transient(), .unexpectedAnswer)
            case _? where error.missingScopes != nil: (.permanent, .missingScopes)
            case 201: (.permanent, .missingScopes)
            case 1500: (.permanent, .refused)
            case 2001: (.permanent, .outOfRange)
            case 1401: (.permanent, error.says("secret id") ? .oldSecretGone : .wrongAppID)
            case 124: (.permanent, .tokenRefused)
            case _? where status == 401: (.permanent, .tokenRefused)
            default: (.transient(), .refused)
            }
        }
    }
}

extension HTTPResponse {
    func trackingID(withholding secrets: [SecretBox]) -> String? {
        headers["x-zm-trackingid"]?.shown(limit: 128, withholding: secrets)
    }
}
