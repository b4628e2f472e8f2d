import Domain

extension ErrorCatalog {
    /// Why a push failed: `failure.code` of a target.
    static let pingFederate: [(String, Advice)] = [
        (
            "unauthorized",
            Advice(
                "the console does not accept the login",
                try: "check the account in PingFederate; another login: keyturn target set NAME --user USER")
        ),
        (
            "token_rejected",
            Advice(
                "the console does not accept the access token from the token endpoint",
                try: "compare its oauth2.properties; another scope: keyturn target set NAME --scope SCOPE")
        ),
        (
            "certificate_refused",
            Advice(
                "the console does not accept the client certificate",
                try: "make the console trust its issuer, and give an administrative account its subject")
        ),
        (
            "forbidden",
            Advice(
                "the console does not permit this login to do that",
                try: "give the account the role Admin in PingFederate")
        ),
        (
            "not_found",
            Advice("the console has no such connection", try: "see the list: keyturn target discover NAME")
        ),
        (
            "rejected",
            Advice(
                "PingFederate does not accept the changed connection",
                try:
                    "fix what it reports, then keyturn target push NAME; a console that cannot reach Zoom: keyturn target set NAME --bypass-external-validation"
            )
        ),
        (
            "wrong_address",
            Advice(
                "the address is not that of the admin API or the token endpoint",
                try:
                    "check port and path: https://CONSOLE:9999, behind a gateway https://GATEWAY/PREFIX/pf-admin-api/v1"
            )
        ),
        (
            "conflict",
            Advice(
                "the console says that a save conflicts with another change",
                try: "find out who else is changing the console")
        ),
        (
            "too_large",
            Advice(
                "the connection is larger than the console, or a gateway before it, accepts",
                try: "raise the limit of the gateway, or bypass it: keyturn target set NAME --admin-url URL")
        ),
        (
            "unsupported_media_type",
            Advice(
                "the console, or a gateway before it, does not accept JSON",
                try: "bypass the gateway: keyturn target set NAME --admin-url https://CONSOLE:9999")
        ),
        (
            "untrusted",
            Advice(
                "the console's certificate is not trusted, or not the pinned one",
                try: "compare it: openssl s_client -connect HOST:9999 | openssl x509 -noout -sha256 -fingerprint")
        ),
        (
            "tls_failed",
            Advice(
                "the TLS handshake with the console failed",
                try: "see what it offers: openssl s_client -connect HOST:9999; TLS 1.2 or later is needed")
        ),
        ("ca_unusable", Advice("the CA file cannot be used", try: "keyturn target set NAME --ca-file FILE, PEM")),
        (
            "proxy_refused",
            Advice(
                "the proxy in https_proxy refuses the connection to the console or the token endpoint",
                try: "allow it in the proxy, or add the host to no_proxy (systemctl edit keyturnd)")
        ),
        (
            "identity_unusable",
            Advice(
                "the client certificate or its key cannot be used",
                try: "check that both are PEM, belong together, and have no passphrase")
        ),
        (
            "unreachable",
            Advice(
                "no connection to the console", try: "check address, DNS and firewall between here and the console")
        ),
        (
            "answer_lost",
            Advice("the console's answer did not arrive", try: "keyturn target test NAME; see the console's log")
        ),
        ("server_error", Advice("the console had an internal error", try: "see the console's server.log")),
        (
            "redirected",
            Advice("the console answers with a redirect", try: "check the address: https://CONSOLE:9999")
        ),
        (
            "unexpected_answer",
            Advice("the answer is not the admin API's", try: "check the address: https://CONSOLE:9999")
        ),
        (
            "invalid_client",
            Advice(
                "the token endpoint does not accept the OAuth client that logs in to the console",
                try: "check its ID and secret; keyturn target set NAME --token-auth-method client_secret_post")
        ),
        (
            "invalid_scope",
            Advice(
                "the token endpoint does not accept the scope in the request for the console's token",
                try: "keyturn target set NAME --scope SCOPE")
        ),
        (
            "token_refused",
            Advice(
                "the token endpoint refuses to issue a token for the console",
                try: "allow the OAuth client to use the client credentials grant")
        ),
        (
            "editors",
            Advice("somebody else keeps saving the connection", try: "wait until the other editor is done")
        ),
        (
            "mismatch",
            Advice(
                "the connection lacks a setting that is configured here",
                try: "list what is there: keyturn target discover NAME")
        ),
        (
            "replication",
            Advice("the engines did not replicate the configuration", try: "see Cluster Management in the console")
        ),
        (
            "moved",
            Advice(
                "the target was set to another console, connection or setting, and nothing was pushed there since",
                try: "keyturn target push NAME")
        ),
        ("cancelled", Advice("the push was cancelled", try: "keyturn target push NAME")),
    ]
}
