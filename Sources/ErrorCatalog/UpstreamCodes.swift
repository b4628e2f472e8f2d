import Domain

extension ZoomCause {
    var advice: Advice { Advice(meaning, try: fix("NAME")) }
}

extension ErrorCatalog {
    /// Zoom's own codes, as they appear in logs and messages.
    static let zoomAnswers: [(String, Advice)] = [
        (
            "124",
            Advice(
                "the access token is invalid or expired",
                try: "keyturn token NAME --refresh; then keyturn app verify NAME")
        ),
        (
            "201",
            Advice(
                "the token lacks scopes; for a rotation marketplace:update:client_secret",
                try: "tick the scope in the Marketplace, or rotate by hand: keyturn rotate NAME --manual")
        ),
        (
            "1401",
            Advice(
                "no app has this Marketplace app ID, or there is no old secret any more",
                try: "if the message names the app ID: keyturn app set NAME --marketplace-app-id ID")
        ),
        (
            "1500",
            Advice(
                "a parameter of the rotation is missing or malformed", try: "keyturn rotation show ID, and report it")
        ),
        (
            "2000",
            Advice(
                "Zoom allows only three changes of the secret within 15 minutes",
                try: "wait; the rotation continues automatically")
        ),
        (
            "2001",
            Advice(
                "the expiry of the old secret is in the past, or more than 30 days ahead",
                try: "check this machine's clock: keyturn doctor")
        ),
        (
            "unsupported_grant_type",
            Advice(
                "the app is not a Server-to-Server OAuth app",
                try: "create a Server-to-Server OAuth app in the Marketplace")
        ),
        (
            "unauthorized_client",
            Advice(
                "the app may not request this kind of token",
                try: "create a Server-to-Server OAuth app in the Marketplace")
        ),
        (
            "invalid_request",
            Advice(
                "Zoom does not accept the request, usually because the account ID is wrong",
                try: "keyturn app set NAME --account-id ID, from the page App Credentials"
            )
        ),
    ]
}
