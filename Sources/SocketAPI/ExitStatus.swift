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
