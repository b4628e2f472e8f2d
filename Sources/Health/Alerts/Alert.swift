import Domain
import SocketAPI

/// A notification for people who are not watching the status: a problem began, persists, or ended. Built from the status,
/// and like it free of secrets.
package struct Alert: Equatable, Sendable {
    enum State: String, Sendable { case raised, resolved }

    /// The same for all notifications of one problem, from its beginning to its end.
    let id: String
    let state: State
    /// Whether it was delivered before.
    let isReminder: Bool
    let issue: HealthIssue
    /// How many problems it stands for that have no alert of their own.
    let others: Int?
    let since: Timestamp
    let at: Timestamp

    /// Once it is over, there is nothing left to try.
    var advice: Advice { state == .resolved ? Advice(issue.detail) : issue.advice }

    /// `critical: rotation_blocked (zoom-prod), still`: what happened, and to what.
    var title: String {
        let head = "\(state == .resolved ? "resolved" : issue.severity.rawValue): \(issue.code)"
        let subject = issue.subject.map { " (\($0))" } ?? ""
        return head + subject + (isReminder ? ", still" : "")
    }

    /// One line for people; most chat systems show this part of a webhook.
    var text: String { "keyturn: \(title): \(advice)" }

    /// For the log.
    var line: String { "\(state == .resolved ? "resolved" : isReminder ? "still" : "alert"): \(advice)" }
}

/// The problems that fire an alert, and how long each must last before. For their urgency, see ``Severity``.
struct AlertPolicy: Equatable, Sendable {
    /// In seconds. Problems that usually resolve themselves are waited for.
    let patience: Int

    /// - Parameter code: a problem's code, or a cause for which Zoom gives no token.
    /// - Returns: `nil` for problems that are only shown.
    init?(_ code: String) {
        guard Severity.base(code) != .note else { return nil }
        patience = Self.patience(code)
    }

    private static func patience(_ code: String) -> Int {
        switch AttentionCode(rawValue: code) {
        // Zoom refuses; or it cannot be reached, or asks to wait.
        case nil: Severity.base(code) == .critical ? 60 : 900
        case .auditUnavailable, .socketGone, .vaultGone, .storeTaken, .storeRolledBack: 10
        // A database is restarted now and then, and asked again every few seconds.
        case .storeUndecided, .storeUnreachable: 60
        // After a restart an operator may be about to type the passphrase.
        case .locked: 300
        case .consumerSecretExpired, .clockDiffers, .zoomUnreachable, .tokensRunOut, .rotationWaits, .diskLow,
            .auditNotForwarded,
            .refusalsCounted, .lostResponse, .targetFailed, .targetBehind, .spoolNotReady, .provisioningFailing,
            .vaultUnwritable, .workStalled:
            60
        case .secretUnproven, .keyRotationWaits, .unlockKeyGone, .provisionerLogUnreadable: 300
        case .secretExpires, .newerSecretLost, .restoredSecretRefused, .rotationBlocked, .secretInMemory,
            .auditLogChanged,
            .clockImplausible, .diskFull,
            .rotationOverdue, .rotationImpossible, .rotationRefused, .policyUnreadable,
            .missingScopes, .holdersNearDeadline, .targetChanged, .targetRestored, .certificateExpires, .userChanged,
            .vaultElsewhere, .stateOpen, .keySlotDamaged, .damagedRow, .secretInSpool, .spoolUnreadable,
            .spoolUnclaimed,
            .secondSecret, .rotationPaused, .targetNew, .grantWithoutApp,
            // It was waited for before it became a problem.
            .alertsUndelivered:
            0
        }
    }
}
