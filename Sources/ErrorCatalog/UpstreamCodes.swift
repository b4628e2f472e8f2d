extension ErrorCatalog {
    /// Why Zoom gave no token or did not rotate: the causes that the status and `app verify` name.
    static let zoom: [(String, Explanation)] = [
        (
            "invalid_client",
            Explanation(
                "Zoom does not accept the secret: it was changed or revoked in the Marketplace, or entered wrongly",
                try: "keyturn rotate NAME --manual with the present secret; if the client ID is wrong: keyturn app set")
        ),
        (
            "app_disabled",
            Explanation(
                "the app is not activated, or was switched off",
                try: "activate it in the Marketplace (Activation tab), then keyturn app verify NAME")
        ),
        (
            "wrong_account",
            Explanation(
                "Zoom refuses the account ID for this app",
                try: "keyturn app set NAME --account-id ID, from the page App Credentials")
        ),
        (
            "unsupported_grant",
            Explanation(
                "the app may not request this kind of token: it is not a Server-to-Server OAuth app",
                try: "create one of that type, then keyturn app add")
        ),
        (
            "missing_scopes",
            Explanation(
                "Zoom refused a call because the app lacks scopes",
                try: "tick them in the Marketplace, under the app's Scopes tab; then keyturn app verify NAME")
        ),
        (
            "sso_disabled",
            Explanation(
                "the Zoom account has no single sign-on, without which SCIM does not work",
                try: "enable single sign-on and a vanity URL for the account")
        ),
        (
            "token_refused",
            Explanation(
                "Zoom refuses the access token", try: "keyturn token NAME --refresh; then keyturn app verify NAME")
        ),
        (
            "wrong_app_id",
            Explanation(
                "Zoom has no app with this Marketplace app ID, which is not the client ID",
                try: "keyturn app set NAME --marketplace-app-id ID, from the address of the app's page")
        ),
        (
            "old_secret_gone",
            Explanation(
                "there is no old secret whose expiry could be moved", try: "nothing needs to be done: it is revoked")
        ),
        (
            "refused",
            Explanation(
                "Zoom refused, for a reason that Keyturn does not know",
                try: "read Zoom's text in the message; its support finds the call by the tracking ID")
        ),
        (
            "unexpected_answer",
            Explanation(
                "the answer did not come from Zoom but from a proxy or a login page",
                try: "keyturn doctor; look for a proxy or firewall between here and Zoom")
        ),
        (
            "redirected",
            Explanation(
                "the address answers with a redirect, which is never followed",
                try: "check --token-url and --api-url, and for a proxy that asks for a login")
        ),
        (
            "throttled",
            Explanation("Zoom limits the number of calls", try: "wait; Keyturn continues automatically")
        ),
        (
            "server_error",
            Explanation("Zoom has an internal error", try: "wait; see https://status.zoom.us")
        ),
        (
            "unreachable",
            Explanation(
                "no connection to Zoom; nothing was sent", try: "check DNS, firewall and https_proxy; keyturn doctor")
        ),
        (
            "tls_untrusted",
            Explanation(
                "no trusted TLS connection; nothing was sent",
                try: "check this machine's clock and CA certificates, and for a proxy that intercepts TLS")
        ),
        (
            "answer_lost",
            Explanation(
                "the call was sent, but no complete answer arrived: Zoom may have acted on it",
                try: "keyturn app verify NAME; a rotation finds out automatically")
        ),
        (
            "cancelled",
            Explanation("the call was cancelled, for example because the daemon stops", try: "repeat the command")
        ),
        ("not_tried", Explanation("the call was not attempted", try: "repeat the command")),
        (
            "bad_address",
            Explanation(
                "the app's token or API address cannot be used", try: "remove the app and add it with another one")
        ),
        (
            "short_token",
            Explanation("Zoom's tokens do not last as long as requested", try: "request a smaller --min-ttl or min_ttl")
        ),
        ("not_found", Explanation("the app was removed meanwhile", try: "keyturn app list")),
    ]

    /// Zoom's own codes, as they appear in logs and messages.
    static let zoomAnswers: [(String, Explanation)] = [
        (
            "124",
            Explanation(
                "the access token is invalid or expired",
                try: "keyturn token NAME --refresh; then keyturn app verify NAME")
        ),
        (
            "201",
            Explanation(
                "the token lacks scopes; for a rotation marketplace:update:client_secret",
                try: "tick the scope in the Marketplace, or rotate by hand: keyturn rotate NAME --manual")
        ),
        (
            "1401",
            Explanation(
                "no app has this Marketplace app ID, or there is no old secret any more",
                try: "keyturn app set NAME --marketplace-app-id ID, if the message speaks of the app ID")
        ),
        (
            "1500",
            Explanation(
                "a parameter of the rotation is missing or malformed", try: "keyturn rotation show ID, and report it")
        ),
        (
            "2000",
            Explanation(
                "Zoom allows only three changes of the secret within 15 minutes",
                try: "wait; the rotation continues automatically")
        ),
        (
            "2001",
            Explanation(
                "the expiry of the old secret is in the past, or more than 30 days ahead",
                try: "check this machine's clock: keyturn doctor")
        ),
        (
            "unsupported_grant_type",
            Explanation("the app has another type", try: "create a Server-to-Server OAuth app in the Marketplace")
        ),
        (
            "unauthorized_client",
            Explanation(
                "the app may not request this kind of token",
                try: "create a Server-to-Server OAuth app in the Marketplace")
        ),
        (
            "invalid_request",
            Explanation(
                "usually a wrong account ID", try: "keyturn app set NAME --account-id ID, from the page App Credentials"
            )
        ),
    ]
}
