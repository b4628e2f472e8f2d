/// The code, the meaning and the advice of each cause.
extension ZoomFailure.Cause {
    /// Stable; appears in logs, metrics and answers.
    package var code: String {
        switch self {
        case .invalidClient: "invalid_client"
        case .appDisabled: "app_disabled"
        case .wrongAccount: "wrong_account"
        case .unsupportedGrant: "unsupported_grant"
        case .missingScopes: "missing_scopes"
        case .ssoDisabled: "sso_disabled"
        case .tokenRefused: "token_refused"
        case .wrongAppID: "wrong_app_id"
        case .oldSecretGone: "old_secret_gone"
        case .refused: "refused"
        case .unexpectedAnswer: "unexpected_answer"
        case .redirected: "redirected"
        case .throttled: "throttled"
        case .serverError: "server_error"
        case .unreachable: "unreachable"
        case .tlsUntrusted: "tls_untrusted"
        case .answerLost: "answer_lost"
        case .cancelled: "cancelled"
        case .notTried: "not_tried"
        }
    }

    package var sentence: String {
        switch self {
        case .invalidClient: "zoom does not know this client ID and client secret together"
        case .appDisabled: "the app is not activated in the Zoom App Marketplace"
        case .wrongAccount: "zoom refuses the account ID for this app"
        case .unsupportedGrant: "the app may not request this kind of token"
        case .missingScopes(let scopes) where scopes.isEmpty: "the app lacks scopes"
        case .missingScopes(let scopes): "the app lacks scopes: \(scopes.joined(separator: ", "))"
        case .ssoDisabled: "single sign-on is not enabled on the Zoom account, so SCIM does not work"
        case .tokenRefused: "zoom refuses the access token"
        case .wrongAppID: "zoom has no app with this Marketplace app ID"
        case .oldSecretGone: "zoom has no previous secret of this app"
        case .refused: "zoom refused the call"
        case .unexpectedAnswer: "the answer is not in zoom's format"
        case .redirected: "the address answers with a redirect"
        case .throttled: "zoom limits the number of calls"
        case .serverError: "zoom has an internal error"
        case .unreachable: "zoom cannot be reached"
        case .tlsUntrusted: "no trusted TLS connection to zoom"
        case .answerLost: "the call was sent, but no complete answer arrived"
        case .cancelled: "the call was cancelled"
        case .notTried: "the call was not attempted"
        }
    }

    /// What to do next.
    package var hint: String {
        switch self {
        case .invalidClient:
            "compare the client ID with the app's credentials page; if the secret was changed there, enter the new one"
        case .appDisabled: "activate the app in the Marketplace (Activation tab), then try again"
        case .wrongAccount: "compare the account ID with the app's credentials page; watch for pasted spaces"
        case .unsupportedGrant: "make sure that the app is a Server-to-Server OAuth app"
        case .missingScopes:
            "add the scopes in the Marketplace (Scopes tab); admin scopes need an owner with admin rights"
        case .ssoDisabled: "enable single sign-on and a vanity URL for the Zoom account"
        case .tokenRefused: "request a new token; if that is refused too, check whether the app is still activated"
        case .wrongAppID:
            "copy the app ID from the address of the app's page in the Marketplace; it is not the client ID"
        case .oldSecretGone: "nothing needs to be done: the old secret is revoked"
        case .refused: "look up zoom's own words; its support can find the call by the tracking ID"
        case .unexpectedAnswer: "look for a proxy or firewall between here and zoom, and at zoom's status page"
        case .redirected: "check the configured address, and for a proxy that asks for a login"
        case .throttled: "wait; lower the number of calls if this keeps happening"
        case .serverError: "wait; see zoom's status page"
        case .unreachable: "check DNS, firewall and https_proxy on this machine"
        case .tlsUntrusted: "check this machine's clock and CA certificates, and for a proxy that intercepts TLS"
        case .answerLost: "check the network's stability and time limits"
        case .cancelled, .notTried: "try again"
        }
    }
}
