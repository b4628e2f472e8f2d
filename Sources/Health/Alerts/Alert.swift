import Domain
import SecretJSON
import SecretMemory
import SocketAPI

/// A notification for people who are not watching the status: a problem began, persists, or ended. Built from the status,
/// and like it free of secrets.
struct Alert: Equatable, Sendable {
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
    private var advice: Advice { state == .resolved ? Advice(issue.detail) : issue.advice }

    /// One line for people; most chat systems show this part of a webhook.
    var text: String {
        let head = "\(state == .resolved ? "resolved" : issue.severity.rawValue): \(issue.code)"
        let subject = issue.subject.map { " (\($0))" } ?? ""
        return "keyturn: \(head)\(subject)\(isReminder ? ", still" : ""): \(advice)"
    }

    /// For the log.
    var line: String { "\(state == .resolved ? "resolved" : isReminder ? "still" : "alert"): \(advice)" }

    /// One JSON object and a line end.
    /// - Parameter host: this host's name.
    func render(host: String) -> SecretBytes {
        var json = JSONWriter()
        json.beginObject()
        json.member("version", 1)
        json.member("id", id)
        json.member("state", state.rawValue)
        json.member("reminder", isReminder)
        issue.writeMembers(to: &json, withNulls: true)
        if let others { json.member("others", others) }
        json.member("text", text)
        json.member("since", since.description)
        json.member("at", at.description)
        json.member("host", host)
        json.endObject()
        return json.finish()
    }
}

/// The problems that fire an alert, and how long each must last before. For their urgency, see ``Severity``.
struct AlertPolicy: Equatable, Sendable {
    /// In seconds. Problems that usually resolve themselves are waited for.
    let patience: Int

    /// - Parameter code: a problem's code, or a cause for which Zoom gives no token.
    /// - Returns: `nil` for problems that are only shown.
    init?(_ code: String) {
        // The receiver that accepts nothing would not accept this either.
        guard Severity.base(code) != .note, code != AttentionCode.alertsUndelivered.rawValue else { return nil }
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
            .vaultUnwritable, .workStalled, .alertsUndelivered:
            60
        case .secretUnproven, .keyRotationWaits, .unlockKeyGone, .provisionerLogUnreadable: 300
        case .secretExpires, .newerSecretLost, .restoredSecretRefused, .rotationBlocked, .secretInMemory,
            .auditLogChanged,
            .clockImplausible, .diskFull,
            .rotationOverdue, .rotationImpossible, .rotationRefused, .policyUnreadable,
            .missingScopes, .holdersNearDeadline, .targetChanged, .targetRestored, .certificateExpires, .userChanged,
            .vaultElsewhere, .stateOpen, .keySlotDamaged, .damagedRow, .secretInSpool, .spoolUnreadable,
            .spoolUnclaimed,
            .rotationPaused, .targetNew, .grantWithoutApp:
            0
        }
    }
}
