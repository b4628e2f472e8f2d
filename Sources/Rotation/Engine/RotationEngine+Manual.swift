import Domain
import SecretMemory
import Vault

/// A secret that an operator enters during a rotation. Zoom is asked before anything changes: until it accepts the
/// secret, every secret that may be the only working one stays where it is.
extension RotationEngine {
    /// - Returns: the ID of the rotation that then has the secret.
    func enter(
        _ secret: SecretBox, _ state: RotationState, _ entry: AppEntry, id: String, overlap: Int?,
        recording line: RotationLine?
    ) async throws(VaultError) -> String {
        switch await prover.prove(secret, of: entry.app) {
        case .accepted: return try await take(secret, state, entry, id: id, overlap: overlap, recording: line)
        case .refused(let reason):
            throw VaultError(
                .refused, "Zoom refuses the secret that was entered: \(reason); nothing was changed",
                hint: "keyturn rotate \(entry.app.name) --manual, to enter it again")
        case .later(let retryAfter, _):
            var facts = state.facts
            facts.entered = secret
            facts.due = time.now.wall + enteredPause(retryAfter)
            try await vault.advance(facts, of: entry.app, recording: line)
            return facts.id
        }
    }

    /// The same, for a secret that could not be verified when it was entered.
    func proveEntered(_ secret: SecretBox, _ state: RotationState, _ entry: AppEntry) async throws(VaultError) {
        var facts = state.facts
        switch await prover.prove(secret, of: entry.app) {
        case .accepted:
            _ = try await take(
                secret, state, entry, id: makeID(facts), overlap: nil, recording: nil)
        case .refused(let reason):
            facts.entered = nil
            facts.due = facts.phase == .blocked ? nil : time.now.wall
            facts.reason =
                "Zoom refuses the secret that was entered: \(reason)" + (facts.reason.map { "; \($0)" } ?? "")
            try await vault.advance(facts, of: entry.app)
        case .later(let retryAfter, _):
            facts.due = time.now.wall + enteredPause(retryAfter)
            try await vault.advance(facts, of: entry.app)
        }
    }

    private func enteredPause(_ retryAfter: Int?) -> Int {
        timing.pause(attempts: 5, retryAfter: retryAfter, random: random)
    }

    /// Uses a secret that Zoom has just accepted: in the rotation or, if that already has a live one of its own, in its
    /// successor.
    /// - Parameter reason: why, if the operator did not enter it.
    func take(
        _ secret: SecretBox, _ state: RotationState, _ entry: AppEntry, id: String, overlap: Int?,
        because reason: FailureReason? = nil, recording line: RotationLine?
    ) async throws(VaultError) -> String {
        let now = time.now.wall
        let oldExpiresBy = timing.revokeAt(now)
        if let verified = state.accepting(secret, oldExpiresBy: oldExpiresBy, at: now)?.verify(
            at: now, because: reason)
        {
            FaultPoint.reach(.beforeOrder)
            try await vault.advance(verified.facts, of: entry.app, recording: line)
            FaultPoint.reach(.afterOrder)
            return state.facts.id
        }
        let supersession = Supersession(
            of: state, of: entry.app, by: secret, id: id, overlap: overlap ?? entry.app.policy.overlap,
            oldExpiresBy: oldExpiresBy, because: reason, at: now)
        guard let supersession else { throw Vault.busy(entry.app.name, state.facts) }
        FaultPoint.reach(.beforeSupersede)
        try await vault.supersede(supersession.ended, by: supersession.next, of: entry.app, recording: line)
        FaultPoint.reach(.afterSupersede)
        return id
    }
}
