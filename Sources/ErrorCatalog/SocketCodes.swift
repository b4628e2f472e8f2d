import Domain
import SocketAPI

extension ProblemCode {
    var advice: Advice {
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
                "the present state does not allow it: the name is taken, the rotation has ended, it is the last key slot",
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
        case .locked: Advice("the vault is locked, and no client is served", try: "keyturn unlock")
        case .upstreamUnavailable:
            Advice(
                "Zoom or PingFederate cannot be reached, or had an internal error",
                try: "wait for the seconds in Retry-After; keyturn doctor checks the connection")
        case .storageFailed:
            Advice(
                "the daemon cannot write to its disk, which is full, broken or read-only",
                try: "make room in the state directory; keyturn doctor says what is wrong")
        case .auditUnavailable:
            Advice(
                "the audit log cannot be written, and no answer with a secret is sent without a log line",
                try: "make room in the state directory; the daemon then continues automatically")
        case .unproven:
            Advice(
                "the credentials are from a backup, and are served only once Zoom has accepted them",
                try: "keyturn app verify NAME; if Zoom refuses them: keyturn rotate NAME --manual")
        case .restoredSecretRefused:
            Advice(
                "the credentials are from a backup, and Zoom refuses them: waiting does not help",
                try: "generate a new secret in the Marketplace, then keyturn rotate NAME --manual")
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

extension ExitStatus {
    var advice: Advice {
        switch self {
        case .done: Advice("done", try: "nothing needs to be done")
        case .warning:
            Advice(
                "keyturn status --check found a warning", try: "keyturn status shows it, and the command to type")
        case .critical:
            Advice(
                "keyturn status --check found something critical, or the vault is locked",
                try: "keyturn status shows it, and the command to type")
        case .usage:
            Advice(
                "the command line is wrong, a question was answered with no, or there is no terminal to ask on",
                try: "repeat the command with --help; use --yes and --…-stdin in scripts")
        case .badData:
            Advice(
                "a value is unusable, a name is taken, or a check failed (doctor, check, audit verify)",
                try: "read the message; it or standard output names the failure")
        case .notFound:
            Advice("there is no such object", try: "keyturn app list, client list, target list or rotation list")
        case .unavailable:
            Advice(
                "the daemon is not running, or its vault is locked", try: "systemctl start keyturnd, or keyturn unlock")
        case .internal:
            Advice(
                "an internal error, or command and daemon have different versions",
                try: "compare keyturn --version with keyturnd --version; then report it")
        case .inputOutput:
            Advice(
                "a file or a socket could not be read or written, such as on a full disk", try: "keyturn doctor")
        case .temporary:
            Advice(
                "not now: another rotation is running, something waits, or Zoom cannot be reached",
                try: "repeat the command later; keyturn rotation list shows what each rotation waits for")
        case .notPermitted:
            Advice(
                "this user lacks the permission",
                try: "run as root or the daemon's user, or assign a role to one of the user's groups")
        case .configuration:
            Advice("the configuration cannot be used", try: "read the message, which names the setting")
        case .upstreamFailed:
            Advice(
                "Zoom or PingFederate refused, or a rotation is blocked",
                try: "read the message; keyturn status shows the command to type")
        }
    }
}
