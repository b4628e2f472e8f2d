/// Why Zoom did not do what was asked. The raw values are stored, and appear in logs, metrics and answers.
package enum ZoomCause: String, CaseIterable, Sendable, CustomStringConvertible {
    case invalidClient = "invalid_client"
    case appDisabled = "app_disabled"
    case wrongAccount = "wrong_account"
    case unsupportedGrant = "unsupported_grant"
    case missingScopes = "missing_scopes"
    case ssoDisabled = "sso_disabled"
    case tokenRefused = "token_refused"
    /// No app has this Marketplace app ID. It is not the client ID.
    case wrongAppID = "wrong_app_id"
    /// There is no old secret whose expiry could be moved.
    case oldSecretGone = "old_secret_gone"
    /// A time in the call is past, or too far ahead.
    case outOfRange = "out_of_range"
    /// Zoom refused in its own form, for a reason that is unknown here.
    case refused
    /// Not in the form of Zoom's answers: a load balancer, a proxy, a login page.
    case unexpectedAnswer = "unexpected_answer"
    case redirected, throttled
    case serverError = "server_error"
    case unreachable
    case tlsUntrusted = "tls_untrusted"
    case answerLost = "answer_lost"
    case cancelled
    /// A fault on our side: the call was never attempted.
    case notTried = "not_tried"
    /// The app's token or API address is not an address.
    case badAddress = "bad_address"
    /// The tokens expire sooner than was requested.
    case shortToken = "short_token"
    /// The app was removed meanwhile.
    case notFound = "not_found"

    package var description: String { rawValue }

    package var meaning: String {
        switch self {
        case .invalidClient: "Zoom does not know this client ID and client secret together"
        case .appDisabled: "the app is not activated in the Zoom App Marketplace"
        case .wrongAccount: "Zoom refuses the account ID for this app"
        case .unsupportedGrant: "the app may not request this kind of token"
        case .missingScopes: "the app lacks scopes"
        case .ssoDisabled: "single sign-on is not enabled on the Zoom account, so SCIM does not work"
        case .tokenRefused: "Zoom refuses the access token"
        case .wrongAppID: "Zoom has no app with this Marketplace app ID, which is not the client ID"
        case .oldSecretGone: "Zoom has no previous secret of this app"
        case .outOfRange: "Zoom refuses the time in the call as past or too far ahead"
        case .refused: "Zoom refused the call"
        case .unexpectedAnswer: "the answer is not in Zoom's format"
        case .redirected: "the address answers with a redirect, which is never followed"
        case .throttled: "Zoom limits the number of calls"
        case .serverError: "Zoom has an internal error"
        case .unreachable: "Zoom cannot be reached"
        case .tlsUntrusted: "no trusted TLS connection to Zoom"
        case .answerLost: "the call was sent, but no complete answer arrived"
        case .cancelled: "the call was cancelled"
        case .notTried: "the call was not attempted"
        case .badAddress: "the app's token or API address cannot be used"
        case .shortToken: "Zoom's tokens do not last as long as requested"
        case .notFound: "the app was removed meanwhile"
        }
    }

    /// What to do at Zoom, on the network or on this host.
    package var remedy: String {
        switch self {
        case .invalidClient:
            "compare the client ID with the app's credentials page; if the secret was changed there, enter the new one "
                + "(for a stored app: keyturn rotate NAME --manual)"
        case .appDisabled: "activate the app in the Marketplace (Activation tab)"
        case .wrongAccount: "compare the account ID with the app's credentials page; watch for pasted spaces"
        case .unsupportedGrant: "if the app is not a Server-to-Server OAuth app, create one and add it: keyturn app add"
        case .missingScopes:
            "tick the scopes in the Marketplace (Scopes tab); admin scopes need an owner with admin rights"
        case .ssoDisabled: "enable single sign-on and a vanity URL for the Zoom account"
        case .tokenRefused: "request a new token; if that is refused too, check whether the app is still activated"
        case .wrongAppID: "copy the app ID from the address of the app's page in the Marketplace"
        case .oldSecretGone: "nothing needs to be done: the old secret is revoked"
        case .outOfRange: "compare this machine's clock with the right time"
        case .refused: "look up Zoom's own words; its support can find the call by the tracking ID"
        case .unexpectedAnswer: "look for a proxy or firewall between here and Zoom, and at https://status.zoom.us"
        case .redirected: "check the configured address, and for a proxy that asks for a login"
        case .throttled: "wait; lower the number of calls if this keeps happening"
        case .serverError: "wait; see https://status.zoom.us"
        case .unreachable: "check DNS, firewall and https_proxy on this machine"
        case .tlsUntrusted: "check this machine's clock and CA certificates, and for a proxy that intercepts TLS"
        case .answerLost:
            "check the network's stability and time limits; a rotation finds out automatically whether Zoom acted on the call"
        case .cancelled, .notTried: "try again"
        case .badAddress: "remove the app and add it with another address"
        case .shortToken: "request a smaller --min-ttl or min_ttl"
        case .notFound: "keyturn app list"
        }
    }

    /// The command to type after that, if there is one.
    /// - Parameter app: the app's name, or a placeholder.
    package func command(_ app: String) -> String? {
        switch self {
        case .invalidClient: "keyturn rotate \(app) --manual, or keyturn app set \(app) --client-id ID"
        case .wrongAccount: "keyturn app set \(app) --account-id ID"
        case .wrongAppID: "keyturn app set \(app) --marketplace-app-id ID"
        case .tokenRefused: "keyturn token \(app) --refresh"
        case .appDisabled, .unsupportedGrant, .missingScopes, .ssoDisabled, .answerLost: "keyturn app verify \(app)"
        case .unexpectedAnswer, .redirected, .unreachable, .tlsUntrusted: "keyturn doctor"
        case .oldSecretGone, .outOfRange, .refused, .throttled, .serverError, .cancelled, .notTried, .badAddress,
            .shortToken,
            .notFound:
            nil
        }
    }

    /// The remedy and the command in one line.
    package func fix(_ app: String) -> String {
        command(app).map { "\(remedy); then \($0)" } ?? remedy
    }
}
