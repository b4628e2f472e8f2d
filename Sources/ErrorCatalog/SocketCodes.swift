import SocketAPI

extension ProblemCode {
    var explanation: Explanation {
        switch self {
        case .badRequest:
            Explanation(
                "the request is not in form: its line, a header field, its query or its body",
                try: "read the detail; schema/openapi.yaml describes every request")
        case .missingHeader:
            Explanation(
                "the request does not carry 'Keyturn-Request: 1', without which nothing is answered",
                try: "send that header with every request")
        case .notGranted:
            Explanation(
                "no rule lets this caller have that; an app that does not exist is answered the same way",
                try: "keyturn explain --app APP --pid PID says which rule is missing; keyturn client add makes one")
        case .notPermitted:
            Explanation(
                "the caller's role on the admin socket does not allow that",
                try: "ask an admin, or be put into the group of another role: docs/configuration.md")
        case .notFound:
            Explanation("there is no such path or thing", try: "keyturn app list, or another list, has the names")
        case .methodNotAllowed: Explanation("the path is known and has other methods", try: "see the header Allow")
        case .conflict:
            Explanation(
                "it does not go with how things are: a name that is taken, a rotation that is over, a last key slot",
                try: "read the detail, and look at the thing: keyturn app show, rotation show, key list")
        case .busy:
            Explanation(
                "something else is under way that this has to wait for, such as another rotation of the app",
                try: "keyturn rotation list; then the same again")
        case .payloadTooLarge: Explanation("the body is larger than is read here", try: "send less")
        case .uriTooLong:
            Explanation("the request line is larger than is read here", try: "send less in the path and the query")
        case .unsupportedMediaType:
            Explanation("the body does not say that it is JSON", try: "send Content-Type: application/json")
        case .expectationFailed: Explanation("the request expects what is not done here", try: "send no header Expect")
        case .unprocessable:
            Explanation(
                "the request is in form and asks for what is not so, such as a wrong passphrase",
                try: "read the detail, and correct the value")
        case .tooManyRequests:
            Explanation(
                "more requests, connections or waits than this client may have, or too many wrong passphrases",
                try:
                    "wait for the seconds in Retry-After; limits.requests_per_second and server.max_waiting set the limits"
            )
        case .headersTooLarge:
            Explanation("the header section is larger than is read here", try: "send fewer or shorter fields")
        case .internal:
            Explanation(
                "something in the daemon went wrong that should not happen",
                try: "journalctl -u keyturnd, and report it")
        case .notImplemented:
            Explanation(
                "the method is unknown, or the body has a transfer coding that is not supported",
                try: "use GET, HEAD, POST, PATCH or DELETE, and no Transfer-Encoding but chunked")
        case .upstreamFailed:
            Explanation(
                "Zoom or PingFederate refused, and asking again changes nothing",
                try: "read the detail; keyturn app verify NAME or keyturn target test NAME says what to fix")
        case .loginRefused:
            Explanation(
                "the console, or its token endpoint, does not accept the login",
                try: "check the account in PingFederate; another login: keyturn target set NAME --user U")
        case .locked: Explanation("the vault is locked, and nobody is served", try: "keyturn unlock")
        case .upstreamUnavailable:
            Explanation(
                "Zoom or PingFederate cannot be reached, or had an internal error",
                try: "wait for the seconds in Retry-After; keyturn doctor looks at the way there")
        case .storageFailed:
            Explanation(
                "the daemon cannot write what it must: the disk is full, broken or read-only",
                try: "make room in the state directory; keyturn doctor says what is wrong")
        case .auditUnavailable:
            Explanation(
                "the audit log cannot be written, and nothing with a secret is answered unlogged",
                try: "make room in the state directory; the daemon then continues automatically")
        case .unproven:
            Explanation(
                "the credentials are out of a backup, and are not handed out before Zoom has taken them",
                try: "keyturn app verify NAME; if Zoom refuses them: keyturn rotate NAME --manual")
        case .restoredSecretDead:
            Explanation(
                "the credentials are out of a backup, and Zoom refuses them: to wait does not help",
                try: "make a new secret in the Marketplace, then keyturn rotate NAME --manual")
        case .vaultDamaged:
            Explanation(
                "the vault is not as it was written: a seal does not open, or a row is gone",
                try: "keyturnd check says what is wrong; keyturnd restore BACKUP puts a backup in its place")
        case .vaultRolledBack:
            Explanation(
                "the vault is older than its audit log: an old copy was put in its place",
                try: "put the newest vault back, or use keyturnd restore, which says in the log what it does")
        case .unavailable: Explanation("the daemon stops, or cannot do this now", try: "try again in a second")
        case .versionNotSupported: Explanation("the request is not HTTP/1.1", try: "use HTTP/1.1")
        }
    }
}

extension ExitStatus {
    var explanation: Explanation {
        switch self {
        case .done: Explanation("done", try: "nothing needs to be done")
        case .warning:
            Explanation("keyturn status --check found a warning", try: "keyturn status says what, and what to type")
        case .critical:
            Explanation(
                "keyturn status --check found something critical, or the vault is locked",
                try: "keyturn status says what, and what to type")
        case .usage:
            Explanation(
                "the command line is not right, a question was answered with no, or there is no terminal to ask",
                try: "the same command with --help; --yes and --…-stdin for scripts")
        case .badData:
            Explanation(
                "a value that cannot be used, a name that is taken, or a check that failed (doctor, check, audit verify)",
                try: "read the message; what failed is named in it or on standard output")
        case .notFound:
            Explanation("there is no such thing", try: "keyturn app list, client list, target list or rotation list")
        case .unavailable:
            Explanation(
                "the daemon is not running, or its vault is locked", try: "systemctl start keyturnd, or keyturn unlock")
        case .internal:
            Explanation(
                "something went wrong that should not happen, or command and daemon are of different versions",
                try: "compare keyturn --version with keyturnd --version; then report it")
        case .inputOutput:
            Explanation(
                "a file or a socket could not be read or written, such as on a full disk", try: "keyturn doctor")
        case .temporary:
            Explanation(
                "not now: another rotation is under way, something waits, or Zoom cannot be reached",
                try: "the same again later; keyturn rotation list says what is waited for")
        case .notPermitted:
            Explanation(
                "this user may not do that", try: "run as root or the daemon's user, or have a role given to a group")
        case .configuration:
            Explanation("the configuration cannot be used", try: "read the message, which names the setting")
        case .upstreamFailed:
            Explanation(
                "Zoom or PingFederate refused, or a rotation is blocked",
                try: "read the message; keyturn status says what to type")
        }
    }
}
