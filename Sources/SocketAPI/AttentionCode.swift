package import Domain

/// The problems that the status reports, one code each, the most urgent first. In addition, it reports the causes for which Zoom gives no token,
/// such as `invalid_client`.
package enum AttentionCode: String, CaseIterable, Sendable {
    case locked
    case socketGone = "socket_gone"
    case vaultGone = "vault_gone"
    case workStalled = "work_stalled"
    case vaultUnwritable = "vault_unwritable"
    case storeTaken = "store_taken"
    case storeRolledBack = "store_rolled_back"
    case storeUndecided = "store_undecided"
    case storeUnreachable = "store_unreachable"
    case vaultElsewhere = "vault_elsewhere"
    case clockImplausible = "clock_implausible"
    case clockDiffers = "clock_differs"
    case stateOpen = "state_open"
    case diskFull = "disk_full"
    case diskLow = "disk_low"
    case auditUnavailable = "audit_unavailable"
    case auditLogChanged = "audit_log_changed"
    case auditNotForwarded = "audit_not_forwarded"
    case alertsUndelivered = "alerts_undelivered"
    case refusalsCounted = "refusals_counted"
    /// Only in a backup: the served vault was checked when it was opened.
    case damagedRow = "damaged_row"
    case keySlotDamaged = "key_slot_damaged"
    case unlockKeyGone = "unlock_key_gone"
    case keyRotationWaits = "key_rotation_waits"
    case secretInMemory = "secret_in_memory"
    case secretInSpool = "secret_in_spool"
    case spoolUnclaimed = "spool_unclaimed"
    case spoolUnreadable = "spool_unreadable"
    case spoolNotReady = "spool_not_ready"
    case secretExpires = "secret_expires"
    /// About a push target, or about a client that fetched the secret.
    case consumerSecretExpired = "consumer_secret_expired"
    case zoomUnreachable = "zoom_unreachable"
    case tokensRunOut = "tokens_run_out"
    case newerSecretLost = "newer_secret_lost"
    case secondSecret = "second_secret"
    case secretUnproven = "secret_unproven"
    case restoredSecretRefused = "restored_secret_refused"
    case rotationBlocked = "rotation_blocked"
    case rotationWaits = "rotation_waits"
    case lostResponse = "lost_response"
    case missingScopes = "missing_scopes"
    case rotationOverdue = "rotation_overdue"
    case rotationImpossible = "rotation_impossible"
    case rotationRefused = "rotation_refused"
    case policyUnreadable = "policy_unreadable"
    case holdersNearDeadline = "holders_near_deadline"
    case rotationPaused = "rotation_paused"
    case targetFailed = "target_failed"
    case targetNew = "target_new"
    case targetBehind = "target_behind"
    case targetChanged = "target_changed"
    case targetRestored = "target_restored"
    case provisioningFailing = "provisioning_failing"
    case provisionerLogUnreadable = "provisioner_log_unreadable"
    /// About a push target: its client certificate, or the certificates by which the console is trusted.
    case certificateExpires = "certificate_expires"
    case userChanged = "user_changed"
    case grantWithoutApp = "grant_without_app"

    package var meaning: String { advice.detail }

    /// - Parameter name: of the app or the push target.
    package func remedy(_ name: Name) -> String? { advice.hint?.replacing("NAME", with: name.description) }

    /// The meaning with what is known of this case.
    package func advice(because reason: String) -> Advice { Advice("\(meaning): \(reason)", try: advice.hint) }

    /// The place of a code among the problems that are equally severe. A refusal by Zoom has the place of
    /// ``missingScopes``; a cause that may pass comes after everything else that is wrong with an app.
    static func urgency(of code: String) -> Int {
        places[code] ?? places[(Severity.base(code) == .critical ? missingScopes : rotationPaused).rawValue] ?? 0
    }

    private static let places = Dictionary(uniqueKeysWithValues: zip(allCases.map(\.rawValue), 0...))
}
