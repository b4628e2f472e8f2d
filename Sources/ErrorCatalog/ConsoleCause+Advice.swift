import Domain

/// Why a push failed: `failure.code` of a target. A failure itself says more, for its console and its login.
extension ConsoleCause {
    var advice: Advice { Advice(meaning(), try: remedy) }

    private var remedy: String {
        switch self {
        case .unauthorized: "check the account in PingFederate; another login: keyturn target set NAME --user USER"
        case .tokenRejected: "compare its oauth2.properties; another scope: keyturn target set NAME --scope SCOPE"
        case .certificateRefused:
            "make the console trust its issuer, and give an administrative account its subject"
        case .forbidden: "give the account the role Admin in PingFederate"
        case .notFound: "see the list: keyturn target discover NAME"
        case .wrongAddress:
            "check port and path: https://CONSOLE:9999, behind a gateway https://GATEWAY/PREFIX/pf-admin-api/v1"
        case .rejected:
            "fix what it reports, then keyturn target push NAME; a console that cannot reach Zoom: keyturn target set NAME --bypass-external-validation"
        case .conflict: "find out who else is changing the console"
        case .tooLarge: "raise the limit of the gateway, or bypass it: keyturn target set NAME --admin-url URL"
        case .unsupportedMediaType:
            "bypass the gateway: keyturn target set NAME --admin-url https://CONSOLE:9999"
        case .untrusted:
            "compare it: openssl s_client -connect HOST:9999 | openssl x509 -noout -sha256 -fingerprint"
        case .tlsFailed: "see what it offers: openssl s_client -connect HOST:9999; TLS 1.2 or later is needed"
        case .caUnusable: "keyturn target set NAME --ca-file FILE, PEM"
        case .identityUnusable: "check that both are PEM, belong together, and have no passphrase"
        case .unreachable: "check address, DNS and firewall between here and the console"
        case .proxyRefused: "allow it in the proxy, or add the host to no_proxy (systemctl edit keyturnd)"
        case .answerLost: "keyturn target test NAME; see the console's log"
        case .serverError: "see the console's server.log"
        case .redirected, .unexpectedAnswer: "check the address: https://CONSOLE:9999"
        case .invalidClient:
            "check its ID and secret; keyturn target set NAME --token-auth-method client_secret_post"
        case .invalidScope: "keyturn target set NAME --scope SCOPE"
        case .tokenRefused: "allow the OAuth client to use the client credentials grant"
        case .editors: "wait until the other editor is done"
        case .mismatch: "list what is there: keyturn target discover NAME"
        case .replication: "see Cluster Management in the console"
        case .moved, .cancelled: "keyturn target push NAME"
        }
    }
}
