/// What of Keyturn's own the status may complain about, one code each. Beside these stand the causes for which Zoom gives no
/// token, such as `invalid_client`.
package enum AttentionCode: String, CaseIterable, Sendable {
    case locked
    case vaultElsewhere = "vault_elsewhere"
    case auditUnavailable = "audit_unavailable"
    case auditLogChanged = "audit_log_changed"
    /// Of a backup alone: the vault that is served was looked at when it was opened.
    case damagedRow = "damaged_row"
    case keySlotDamaged = "key_slot_damaged"
    case keyRotationWaits = "key_rotation_waits"
    case secretInMemory = "secret_in_memory"
    case secretInEscrow = "secret_in_escrow"
    case escrowUnclaimed = "escrow_unclaimed"
    case escrowUnreadable = "escrow_unreadable"
    case escrowNotReady = "escrow_not_ready"
    case secretDies = "secret_dies"
    case secretUnproven = "secret_unproven"
    case restoredSecretDead = "restored_secret_dead"
    case rotationHeld = "rotation_held"
    case lostResponse = "lost_response"
    case missingScopes = "missing_scopes"
    case rotationOverdue = "rotation_overdue"
    case policyUnreadable = "policy_unreadable"
    case holdersNearDeadline = "holders_near_deadline"
    case rotationPaused = "rotation_paused"
    case targetFailed = "target_failed"
    case targetNew = "target_new"
    case targetBehind = "target_behind"
    case targetChanged = "target_changed"
    case userChanged = "user_changed"
    case grantWithoutApp = "grant_without_app"
}
