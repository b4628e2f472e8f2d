import Domain
import Vault

/// From the first wait for the old secret's holders to its revocation.
extension RotationEngine {
    func drain(_ draining: Draining, _ entry: AppEntry) async throws(VaultError) {
        let now = time.now.wall
        let holders = vault.catalog.holders(of: entry).map(\.description)
        switch timing.drain(draining.facts, holders: holders, now: now) {
        case .end where isDoubtful(draining.facts, holders), .over where isDoubtful(draining.facts, holders):
            let next = draining.wait(
                until: now + timing.drainLook,
                reason: "the clock was set ahead while the daemon ran: the old secret is not revoked because of it")
            try await vault.advance(next.facts, of: entry.app)
        case .wait(let until, let reason):
            try await vault.advance(draining.wait(until: until, reason: reason).facts, of: entry.app)
        case .over: try await retire(draining, entry)
        case .end:
            guard draining.facts.endsOldSecret else {
                if try await waitsForTargets(draining, entry) { return }
                return try await retire(draining, entry)
            }
            try await end(draining, entry, now)
        }
    }

    /// Whether the deadline has passed only because the clock was set ahead. A consumer must not lose the old secret
    /// because of that.
    private func isDoubtful(_ rotation: Rotation, _ holders: [String]) -> Bool {
        let now = time.now
        guard let promotedAt = rotation.promotedAt, let since = promotions.since(rotation),
            timing.isSetAhead(now, since: since)
        else { return false }
        let steady = promotedAt + (now.boot - since.boot)
        if case .wait = timing.drain(rotation, holders: holders, now: steady) { return true }
        return false
    }

    /// Revokes the old secret, but only after the new one has just been verified.
    private func end(_ draining: Draining, _ entry: AppEntry, _ now: Timestamp) async throws(VaultError) {
        // Clients that can fetch nothing cannot move to the new secret.
        if !draining.facts.endsNow, let reason = unserved() {
            return try await vault.advance(
                draining.wait(until: now + timing.serviceLook, reason: reason).facts, of: entry.app)
        }
        let throttled = timing.throttled(draining.facts.allCalls, now: now)
        guard throttled == 0 else {
            let next = draining.wait(until: now + throttled, reason: RotationTiming.throttleReason)
            return try await vault.advance(next.facts, of: entry.app)
        }
        let pause = { (retryAfter: Int?) in self.timing.pause(attempts: 6, retryAfter: retryAfter, random: self.random)
        }
        switch await prover.prove(entry.credential.clientSecret, of: entry.app) {
        case .accepted: break
        case .refused(let reason), .later(_, let reason):
            let next = draining.wait(until: now + pause(60), reason: "the new secret could not be verified: \(reason)")
            return try await vault.advance(next.facts, of: entry.app)
        }
        if try await waitsForTargets(draining, entry) { return }
        // The call cannot name a secret: Zoom revokes what is its old one by then. If Zoom refuses ours, that was revoked
        // already, and the vault may have forgotten it; then the call could revoke the secret that is current here.
        switch await proveOld(entry) {
        case .accepted: break
        case .refused: return try await retire(draining, entry)
        case .later(let retryAfter, let reason):
            let next = draining.wait(
                until: now + pause(retryAfter),
                reason: "it is unknown whether zoom still accepts the old secret: \(reason)")
            return try await vault.advance(next.facts, of: entry.app)
        }
        let draining = draining.end(at: time.now.wall)
        try await vault.advance(draining.facts, of: entry.app)
        FaultPoint.reach(.beforeEnd)
        let outcome = await issuer.endOldSecret(of: entry.app, with: entry.credential.clientSecret)
        FaultPoint.reach(.afterEnd)
        switch outcome {
        case .ended: try await retire(draining, entry)
        case .later(let retryAfter, let reason, let isAsked):
            let next = draining.wait(until: now + pause(retryAfter), reason: reason, isAsked: isAsked)
            try await vault.advance(next.facts, of: entry.app)
        case .refused(let reason, let isAsked) where draining.facts.successor != nil:
            // A leaked secret is not retained only because an older one is still valid.
            let next = draining.wait(until: now, reason: reason, isAsked: isAsked)
            try await retire(next, entry, unended: reason)
        case .refused(let reason, let isAsked):
            // It expires in any case; until then it is only valid for longer than necessary.
            let until = draining.facts.revokeAt ?? now + timing.longestPause
            let next = draining.wait(until: until, reason: reason, isAsked: isAsked)
            try await vault.advance(next.facts, of: entry.app)
        }
    }

    /// Whether Zoom still accepts the old secret. It counts as refused only if Zoom accepts the new one at the same time:
    /// otherwise the refusal may concern the app, and not the secret.
    private func proveOld(_ entry: AppEntry) async -> Proof {
        guard let old = entry.previous else { return .refused(reason: "the vault no longer has it") }
        let proof = await prover.prove(old.clientSecret, of: entry.app)
        guard case .refused = proof else { return proof }
        switch await prover.prove(entry.credential.clientSecret, of: entry.app) {
        case .accepted: return proof
        case .refused(let reason), .later(_, let reason):
            return .later(retryAfter: nil, reason: "the new secret could not be verified: \(reason)")
        }
    }

    /// Checks the published targets directly before the old secret is revoked. A target that was changed since, or cannot
    /// be checked, may still use the old secret, and is waited for like a holder: until the deadline.
    /// - Returns: whether the rotation waits.
    private func waitsForTargets(_ draining: Draining, _ entry: AppEntry) async throws(VaultError) -> Bool {
        // The operator was told which targets are left with a revoked secret.
        if draining.facts.endsNow { return false }
        let deadline = timing.drainDeadline(draining.facts)
        if let deadline, time.now.wall >= deadline { return false }
        let laggards = await laggards(entry)
        guard !laggards.isEmpty else { return false }
        let look = time.now.wall + (laggards.map { $0.wait ?? timing.targetLook }.min() ?? timing.targetLook)
        let next = draining.wait(
            until: deadline.map { min(look, $0) } ?? look, reason: laggards.map(\.reason).joined(separator: "; "))
        try await vault.advance(next.facts, of: entry.app)
        return true
    }

    /// - Parameter unended: why Zoom did not revoke the old secret, if another rotation follows nevertheless.
    private func retire(
        _ draining: Draining, _ entry: AppEntry, unended: String? = nil
    ) async throws(VaultError) {
        let now = time.now.wall
        let ended = unended.map { draining.giveWay(at: now, reason: $0) } ?? draining.retire(at: now)
        let next = following(draining.facts, entry, at: now)
        FaultPoint.reach(.beforeRetire)
        try await vault.retire(by: ended.facts, beginning: next, of: entry.app)
        promotions.forget(ended.facts)
        FaultPoint.reach(.afterRetire)
    }

    /// The rotation that an operator requested to follow this one in an emergency.
    func following(_ ended: Rotation, _ entry: AppEntry, at now: Timestamp) -> Rotation? {
        guard let id = ended.successor else { return nil }
        var next = Rotation.planned(
            id: id, app: entry.app, base: entry.credential.generation, trigger: .operator, overlap: 0, at: now)
        next.otherCalls = timing.recent(ended.allCalls, now: now)
        next.endsNowSince = now
        return next
    }
}
