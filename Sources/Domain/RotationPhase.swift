/// How far a rotation is. The raw values are stored, and shown to operators.
package enum RotationPhase: String, Sendable, CaseIterable {
    /// Requested; nothing was done yet.
    case planned
    /// Zoom is about to be asked for a new secret, or was.
    case intended
    /// Zoom was asked, and its answer did not arrive. Zoom may have scheduled the end of the old secret.
    case lostResponse = "lost_response"
    /// Zoom's answer is in the vault, unread.
    case received
    /// Zoom accepted the new secret.
    case verified
    /// The new secret is served.
    case current
    /// Every push target has it.
    case published
    /// Waiting for the clients that hold the old secret.
    case draining
    /// Done: the old secret is revoked.
    case retired
    /// Done: Zoom refused to make a new secret. The old one still works.
    case refused
    /// Done: the operator cancelled it before anything had changed.
    case aborted
    /// Continues only on an operator's request.
    case blocked

    package var isFinal: Bool {
        switch self {
        case .retired, .refused, .aborted: true
        case .planned, .intended, .lostResponse, .received, .verified, .current, .published, .draining, .blocked: false
        }
    }
}

/// What began a rotation. The raw values are stored, and shown to operators.
package enum RotationTrigger: String, Sendable, CaseIterable {
    case schedule, `operator`
    /// The operator made the secret in the Marketplace.
    case manual
}
