package import Domain
import SecretJSON

/// How urgent a problem is, the most urgent first. The one place that decides it: status, alerts, metrics, doctor and
/// exit codes go by this.
package enum Severity: String, JSONValue, CaseIterable, Comparable, Sendable {
    /// A consumer is not served, or soon will not be, and it does not recover automatically: wake somebody.
    case critical
    /// Somebody should look at it in working hours.
    case warning
    /// What an operator did and knows of. It is shown, rings nobody, and counts for no exit code.
    case note

    package static func < (one: Severity, other: Severity) -> Bool { one.rank < other.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension Severity {
    /// How long before a secret dies, in seconds, its problem is critical, whatever it was before.
    package static let nearDeath = 7 * 86_400
    /// How long before that time a problem is told again, in seconds: at the last, the time has come.
    package static let reminders = [nearDeath, 86_400, 3600, 0]

    /// - Parameters:
    ///   - code: of a problem of the status. Causes for which Zoom gives no token are among them.
    ///   - deadline: when a secret dies that a consumer has. From 7 days before it on, and for good after it, the problem is
    ///     critical.
    package init(_ code: String, deadline: Timestamp? = nil, now: Timestamp) {
        let base = Self.base(code)
        let isNear = deadline.map { $0 - now <= Self.nearDeath } ?? false
        self = isNear && base != .note ? .critical : base
    }

    /// How urgent a problem is that has no deadline, or a distant one.
    package static func base(_ code: String) -> Severity {
        switch AttentionCode(rawValue: code) {
        case nil: base(cause: code)
        case .secretDies, .newerSecretLost, .consumerSecretDead, .tokensRunOut, .restoredSecretDead, .rotationBlocked,
            .secretInMemory, .auditLogChanged, .auditUnavailable, .diskFull, .locked, .clockImplausible, .socketGone:
            .critical
        case .rotationPaused, .targetNew, .grantWithoutApp: .note
        case .rotationOverdue, .rotationImpossible, .rotationRefused, .policyUnreadable,
            .missingScopes, .holdersNearDeadline, .targetChanged, .targetRestored, .certificateExpires, .userChanged,
            .vaultElsewhere, .keySlotDamaged, .damagedRow, .secretInSpool, .spoolUnreadable, .spoolUnclaimed,
            .rotationWaits, .zoomUnreachable, .diskLow, .refusalsCounted, .lostResponse, .targetFailed, .targetBehind,
            .spoolNotReady,
            .provisioningFailing,
            .secretUnproven, .keyRotationWaits, .provisionerLogUnreadable:
            .warning
        }
    }

    private static func base(cause: String) -> Severity {
        switch cause {
        // Zoom says no.
        case "invalid_client", "app_disabled", "wrong_account", "unsupported_grant", "token_refused", "refused":
            .critical
        // Zoom cannot be reached, or asks for patience.
        default: .warning
        }
    }
}
