extension ErrorCatalog {
    /// Why a push failed: `failure.code` of a target.
    static let pingFederate: [(String, Explanation)] = [
        (
            "unauthorized",
            Explanation(
                "the console does not accept the login",
                try: "check the account in PingFederate; another login: keyturn target set NAME --user USER")
        ),
        (
            "token_rejected",
            Explanation(
                "the console does not accept the access token that the token endpoint gave",
                try: "compare its oauth2.properties; another scope: keyturn target set NAME --scope SCOPE")
        ),
        (
            "certificate_refused",
            Explanation(
                "the console does not accept the client certificate",
                try: "have the console trust its issuer, and give an administrative account its subject")
        ),
        (
            "forbidden",
            Explanation(
                "the console does not let this login do that", try: "give the account the role Admin in PingFederate")
        ),
        (
            "not_found",
            Explanation("the console has no such connection", try: "see the list: keyturn target discover NAME")
        ),
        (
            "rejected",
            Explanation(
                "PingFederate does not accept the connection as it would be",
                try:
                    "fix what it says, then keyturn target push NAME; a console that cannot reach Zoom: keyturn target set NAME --bypass-external-validation"
            )
        ),
        (
            "wrong_address",
            Explanation(
                "what answers there is not the admin API, or not the token endpoint",
                try:
                    "check port and path: https://CONSOLE:9999, behind a gateway https://GATEWAY/PREFIX/pf-admin-api/v1"
            )
        ),
        (
            "conflict",
            Explanation(
                "the console says that a save conflicts with another change", try: "see who else changes the console")
        ),
        (
            "too_large",
            Explanation(
                "the connection is larger than the console, or a gateway before it, accepts",
                try: "raise the limit of the gateway, or go past it: keyturn target set NAME --admin-url URL")
        ),
        (
            "unsupported_media_type",
            Explanation(
                "the console, or a gateway before it, does not accept JSON",
                try: "go past the gateway: keyturn target set NAME --admin-url https://CONSOLE:9999")
        ),
        (
            "untrusted",
            Explanation(
                "the console's certificate is not trusted, or not the one that is pinned",
                try: "compare it: openssl s_client -connect HOST:9999 | openssl x509 -noout -sha256 -fingerprint")
        ),
        (
            "tls_failed",
            Explanation(
                "no TLS connection to the console came about",
                try: "see what it offers: openssl s_client -connect HOST:9999; TLS 1.2 or later is needed")
        ),
        ("ca_unusable", Explanation("the CA file cannot be used", try: "keyturn target set NAME --ca-file FILE, PEM")),
        (
            "proxy_refused",
            Explanation(
                "the proxy of https_proxy does not let the console, or the token endpoint, be reached",
                try: "have the proxy allow it, or add the host to no_proxy (systemctl edit keyturnd)")
        ),
        (
            "identity_unusable",
            Explanation(
                "the client certificate or its key cannot be used",
                try: "check that both are PEM, belong together, and have no passphrase")
        ),
        (
            "unreachable",
            Explanation(
                "no connection to the console", try: "check address, DNS and firewall between here and the console")
        ),
        (
            "answer_lost",
            Explanation("the console's answer did not arrive", try: "keyturn target test NAME; see the console's log")
        ),
        ("server_error", Explanation("the console had an internal error", try: "see the console's server.log")),
        ("redirected", Explanation("the console sends elsewhere", try: "check the address: https://CONSOLE:9999")),
        (
            "unexpected_answer",
            Explanation("what answers is not the console's admin API", try: "check the address: https://CONSOLE:9999")
        ),
        (
            "invalid_client",
            Explanation(
                "the token endpoint does not accept the OAuth client that logs in to the console",
                try: "check its ID and secret; keyturn target set NAME --token-auth-method client_secret_post")
        ),
        (
            "invalid_scope",
            Explanation(
                "the token endpoint does not accept the scope that a token for the console was asked for with",
                try: "keyturn target set NAME --scope SCOPE")
        ),
        (
            "token_refused",
            Explanation(
                "the token endpoint gives no token for the console",
                try: "allow the OAuth client the client credentials grant")
        ),
        (
            "editors",
            Explanation("somebody else saves the connection all the time", try: "wait until the other editor is done")
        ),
        (
            "mismatch",
            Explanation(
                "a setting of the connection is not there as it was configured here",
                try: "see what is there: keyturn target discover NAME")
        ),
        (
            "replication",
            Explanation("the engines did not take the configuration", try: "see Cluster Management in the console")
        ),
        (
            "moved",
            Explanation(
                "the target was set to another console, connection or setting, and nothing was pushed there since",
                try: "keyturn target push NAME")
        ),
        ("cancelled", Explanation("the push was given up", try: "keyturn target push NAME")),
    ]
}
