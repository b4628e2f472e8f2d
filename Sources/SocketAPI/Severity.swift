package import Domain
import SecretJSON

/// How urgent a problem is, most urgent first. Decided only here: status, alerts, metrics, doctor and exit codes all use
/// it.
package enum Severity: String, JSONValue, CaseIterable, Comparable, Sendable {
    /// A consumer is not served, or soon will not be, and it does not recover automatically: alert somebody now.
    case critical
    /// To be handled in working hours.
    case warning
    /// An operator's own action. It is shown, fires no alert, and does not affect exit codes.
    case note

    package static func < (one: Severity, other: Severity) -> Bool { one.rank < other.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension Severity {
    /// How many seconds before a secret expires its problem becomes critical, whatever it was before.
    package static let nearExpiry = 7 * 86_400
    /// How many seconds before the expiry a problem is reported again; the last time is the expiry itself.
    package static let reminders = [nearExpiry, 86_400, 3600, 0]

    /// - Parameters:
    ///   - code: of a problem in the status, or a cause for which Zoom gives no token.
    ///   - deadline: when a secret of a consumer expires. From 7 days before it, and for good after it, the problem is
    ///     critical.
    package init(_ code: String, deadline: Timestamp? = nil, now: Timestamp) {
        let base = Self.base(code)
        let isNear = deadline.map { $0 - now <= Self.nearExpiry } ?? false
        self = isNear && base != .note ? .critical : base
    }

    /// The severity of a problem without a deadline, or with a distant one.
    package static func base(_ code: String) -> Severity {
        switch AttentionCode(rawValue: code) {
        case nil: ZoomCause(rawValue: code).map(base(cause:)) ?? .warning
        case .secretExpires, .newerSecretLost, .consumerSecretExpired, .tokensRunOut, .restoredSecretRefused,
            .rotationBlocked,
            .secretInMemory, .auditLogChanged, .auditUnavailable, .diskFull, .locked, .clockImplausible, .socketGone,
            .vaultGone, .vaultUnwritable, .workStalled, .storeTaken, .storeRolledBack, .storeUndecided,
            .storeUnreachable:
            .critical
        case .rotationPaused, .targetNew, .grantWithoutApp: .note
        case .clockDiffers, .unlockKeyGone, .rotationOverdue, .rotationImpossible, .rotationRefused, .policyUnreadable,
            .missingScopes, .holdersNearDeadline, .targetChanged, .targetRestored, .certificateExpires, .userChanged,
            .vaultElsewhere, .stateOpen, .keySlotDamaged, .damagedRow, .secretInSpool, .spoolUnreadable,
            .spoolUnclaimed,
            .rotationWaits, .zoomUnreachable, .diskLow, .auditNotForwarded, .alertsUndelivered, .refusalsCounted,
            .lostResponse,
            .targetFailed, .targetBehind,
            .spoolNotReady, .secondSecret,
            .provisioningFailing,
            .secretUnproven, .keyRotationWaits, .provisionerLogUnreadable:
            .warning
        }
    }

    private static func base(cause: ZoomCause) -> Severity {
        switch cause {
        // Zoom refuses.
        case .invalidClient, .appDisabled, .wrongAccount, .unsupportedGrant, .tokenRefused, .refused: .critical
        // Zoom cannot be reached, or asks to wait.
        case .missingScopes, .ssoDisabled, .wrongAppID, .oldSecretGone, .outOfRange, .unexpectedAnswer, .redirected,
            .throttled, .serverError, .unreachable, .tlsUntrusted, .answerLost, .cancelled, .notTried, .badAddress,
            .shortToken,
            .notFound:
            .warning
        }
    }
}
