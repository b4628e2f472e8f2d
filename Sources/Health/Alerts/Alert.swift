import Domain
import SecretJSON
import SecretMemory
import SocketAPI

/// What somebody is told who is not looking: that something is wrong, that it still is, or that it is not any more. Made of
/// what the status says, and as free of secrets.
struct Alert: Equatable, Sendable {
    enum State: String, Sendable { case raised, resolved }

    /// The same for all that is told of one trouble, from its beginning to its end.
    let id: String
    let state: State
    /// Whether it was told before.
    let isReminder: Bool
    let severity: Severity
    let code: String
    let app: String?
    let target: String?
    /// How many it is about that have no alert of their own.
    let others: Int?
    let detail: String
    let hint: String?
    /// When something ends that cannot be had back.
    let deadline: Timestamp?
    let since: Timestamp
    let at: Timestamp

    /// One line for people, which is what most chat systems show of a webhook.
    var text: String {
        let subject = [app, target.map { "target \($0)" }].compactMap(\.self).joined(separator: ", ")
        let head =
            "\(state == .resolved ? "resolved" : severity.rawValue): \(code)\(subject.isEmpty ? "" : " (\(subject))")"
        let hint = state == .resolved ? nil : hint.map { "; try: \($0)" }
        return "keyturn: \(head)\(isReminder ? ", still" : ""): \(detail)\(hint ?? "")"
    }

    /// One JSON object and a line end.
    /// - Parameter host: this machine's name.
    func render(host: String) -> SecretBytes {
        var json = JSONWriter()
        json.beginObject()
        json.member("version", 1)
        json.member("id", id)
        json.member("state", state.rawValue)
        json.member("reminder", isReminder)
        json.member("severity", severity.rawValue)
        json.member("code", code)
        json.member("app", orNull: app)
        json.member("target", orNull: target)
        if let others { json.member("others", others) }
        json.member("text", text)
        json.member("detail", detail)
        json.member("try", orNull: hint)
        json.member("deadline", orNull: deadline?.description)
        json.member("since", since.description)
        json.member("at", at.description)
        json.member("host", host)
        json.endObject()
        return json.finish()
    }
}

/// Which problems of the status somebody is told of, and how long each must stand before. How urgent it is: ``Severity``.
struct AlertPolicy: Equatable, Sendable {
    /// Seconds. What mostly passes by itself is waited for.
    let patience: Int

    /// - Parameter code: a problem's. Causes for which Zoom gives no token are among them.
    /// - Returns: `nil` for what is shown and never told.
    init?(_ code: String) {
        guard Severity.base(code) != .note else { return nil }
        patience = Self.patience(code)
    }

    private static func patience(_ code: String) -> Int {
        switch AttentionCode(rawValue: code) {
        // Zoom says no; or it cannot be reached, or asks for patience.
        case nil: Severity.base(code) == .critical ? 60 : 900
        case .auditUnavailable, .socketGone: 10
        // After a restart somebody may be about to type the passphrase.
        case .locked: 300
        case .consumerSecretDead, .zoomUnreachable, .tokensRunOut, .rotationWaits, .diskLow, .refusalsCounted,
            .lostResponse,
            .targetFailed, .targetBehind, .spoolNotReady, .provisioningFailing:
            60
        case .secretUnproven, .keyRotationWaits, .provisionerLogUnreadable: 300
        case .secretDies, .newerSecretLost, .restoredSecretDead, .rotationBlocked, .secretInMemory, .auditLogChanged,
            .clockImplausible, .diskFull,
            .rotationOverdue, .rotationImpossible, .rotationRefused, .policyUnreadable,
            .missingScopes, .holdersNearDeadline, .targetChanged, .targetRestored, .certificateExpires, .userChanged,
            .vaultElsewhere, .keySlotDamaged, .damagedRow, .secretInSpool, .spoolUnreadable, .spoolUnclaimed,
            .rotationPaused, .targetNew, .grantWithoutApp:
            0
        }
    }
}
