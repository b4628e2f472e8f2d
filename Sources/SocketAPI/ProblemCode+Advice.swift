package import Domain

/// The meaning of each code, which is also the problem's title, and what to do about it.
extension ProblemCode {
    package var advice: Advice {
        switch self {
        case .badRequest:
            Advice(
                "the request is malformed: its line, a header field, its query or its body",
                try: "read the detail; schema/openapi.yaml describes every request")
        case .missingHeader:
            Advice(
                "the request lacks the header 'Keyturn-Request: 1', which every request needs",
                try: "send that header with every request")
        case .notGranted:
            Advice(
                "no policy grants this to the caller; an app that does not exist gets the same answer",
                try: "keyturn explain --app APP --pid PID says which policy is missing; keyturn client add makes one")
        case .notPermitted:
            Advice(
                "the caller's role on the admin socket does not allow that",
                try: "ask an admin, or join the group of a higher role: docs/configuration.md")
        case .notFound:
            Advice("there is no such path or object", try: "keyturn app list, or another list, shows the names")
        case .methodNotAllowed:
            Advice("the path exists, but does not support this method", try: "see the header Allow")
        case .conflict:
            Advice(
                "the present state does not allow it, for example because a name is taken or a rotation has ended",
                try: "read the detail, and check the state: keyturn app show, rotation show, key list")
        case .busy:
            Advice(
                "it has to wait for another operation, such as a running rotation of the app",
                try: "keyturn rotation list; then repeat the command")
        case .payloadTooLarge: Advice("the body is too large", try: "send less")
        case .uriTooLong:
            Advice("the request line is too long", try: "send less in the path and the query")
        case .unsupportedMediaType:
            Advice("the body's Content-Type is not JSON", try: "send Content-Type: application/json")
        case .expectationFailed: Advice("the header Expect is not supported", try: "leave out the header Expect")
        case .unprocessable:
            Advice(
                "the request is well-formed, but a value is wrong, such as a passphrase",
                try: "read the detail, and correct the value")
        case .tooManyRequests:
            Advice(
                "too many requests, connections or waits for this client, or too many wrong passphrases",
                try:
                    "wait for the seconds in Retry-After; limits.requests_per_second and server.max_waiting set the limits"
            )
        case .headersTooLarge:
            Advice("the header section is too large", try: "send fewer or shorter fields")
        case .internal:
            Advice(
                "an internal error of the daemon",
                try: "journalctl -u keyturnd, and report it")
        case .notImplemented:
            Advice(
                "the method is unknown, or the body's transfer coding is not supported",
                try: "use GET, HEAD, POST, PATCH or DELETE, and no Transfer-Encoding but chunked")
        case .upstreamFailed:
            Advice(
                "Zoom or PingFederate refused, and another request would not help",
                try: "read the detail; keyturn app verify NAME or keyturn target test NAME says what to fix")
        case .loginRefused:
            Advice(
                "the console, or its token endpoint, does not accept the login",
                try: "check the account in PingFederate; another login: keyturn target set NAME --user U")
        case .locked: AttentionCode.locked.advice
        case .upstreamUnavailable:
            Advice(
                "Zoom or PingFederate cannot be reached, or had an internal error",
                try: "wait for the seconds in Retry-After; keyturn doctor checks the connection")
        case .storageFailed:
            Advice(
                "the daemon cannot write to its disk, which is full, broken or read-only",
                try: "\(Remedy.freeSpace); keyturn doctor says what is wrong")
        case .auditUnavailable: AttentionCode.auditUnavailable.advice
        case .unproven: AttentionCode.secretUnproven.advice
        case .restoredSecretRefused: AttentionCode.restoredSecretRefused.advice
        case .vaultDamaged:
            Advice(
                "the vault is damaged: a row cannot be decrypted, or is missing",
                try: "keyturnd check shows the damage; keyturnd restore BACKUP replaces the vault")
        case .vaultRolledBack:
            Advice(
                "the vault is older than its audit log: it was replaced by an old copy",
                try: "put the newest vault back, or use keyturnd restore, which records the restore in the log")
        case .unavailable: Advice("the daemon is stopping, or cannot do this now", try: "try again in a second")
        case .versionNotSupported: Advice("the request is not HTTP/1.1", try: "use HTTP/1.1")
        }
    }
}
