package import Domain

/// The exit statuses of the commands.
package enum ExitStatus: Int32, CaseIterable, Sendable {
    case done = 0
    /// Only of `status --check`, as for monitoring plug-ins.
    case warning = 1
    case critical = 2
    case usage = 64
    case badData = 65
    case notFound = 66
    case unavailable = 69
    case `internal` = 70
    case inputOutput = 74
    case temporary = 75
    case notPermitted = 77
    case configuration = 78
    case upstreamFailed = 79
}

extension ExitStatus {
    /// Of a command for several objects: what a person must fix comes before what passes, and our own faults before all.
    package static func worst(of all: some Sequence<ExitStatus>) -> ExitStatus {
        let order: [ExitStatus] = [
            .internal, .inputOutput, .notPermitted, .unavailable, .configuration, .upstreamFailed, .badData, .notFound,
            .usage, .temporary, .critical, .warning, .done,
        ]
        let found = Set(all)
        return order.first(where: found.contains) ?? .done
    }
}

extension ProblemCode {
    /// The exit status of a command when the daemon answers with this code.
    package var exitStatus: ExitStatus {
        switch self {
        case .badRequest, .conflict, .payloadTooLarge, .unprocessable, .vaultDamaged, .vaultRolledBack: .badData
        case .notFound: .notFound
        case .notGranted, .notPermitted: .notPermitted
        case .locked: .unavailable
        case .busy, .tooManyRequests, .upstreamUnavailable, .unproven, .unavailable: .temporary
        case .upstreamFailed, .loginRefused, .restoredSecretRefused: .upstreamFailed
        case .storageFailed, .auditUnavailable: .inputOutput
        // Refusals of requests that our own client never sends.
        case .missingHeader, .methodNotAllowed, .uriTooLong, .unsupportedMediaType, .expectationFailed,
            .headersTooLarge, .notImplemented, .versionNotSupported, .internal:
            .internal
        }
    }
}

extension ClientError {
    package var exitStatus: ExitStatus {
        switch self {
        case .notRunning, .notListening: .unavailable
        case .permissionDenied, .stranger: .notPermitted
        case .pathTooLong: .configuration
        case .timedOut: .temporary
        case .closedEarly, .failed: .inputOutput
        case .malformedAnswer, .answerTooLarge: .internal
        case .problem(let problem): problem.code.exitStatus
        }
    }
}

extension ExitStatus {
    /// Its meaning, and what to do next.
    package var advice: Advice {
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
