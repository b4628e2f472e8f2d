import Domain
import Vault

/// From the first wait for the old secret's holders to the end of the rotation.
extension RotationEngine {
    func drain(_ draining: Draining, _ entry: AppEntry) async throws(VaultError) {
        let now = time.now.wall
        if draining.facts.servedExpires != nil { return try await keepServed(draining, entry) }
        if let ending = draining.facts.ending { return try await follow(ending, draining, entry) }
        let holders = vault.catalog.holders(of: entry).map(\.description)
        switch timing.drain(draining.facts, holders: holders, now: now) {
        case .end where isDoubtful(draining.facts, holders), .over where isDoubtful(draining.facts, holders):
            let next = draining.wait(
                until: now + timing.drainLook,
                reason: "the clock was set ahead while the daemon ran: the old secret is not revoked because of it")
            try await vault.advance(next.facts, of: entry.app)
        case .wait(var until, let reason):
            if draining.facts.baseState == .unknown { until = min(until, now + timing.longestPause) }
            try await vault.advance(draining.wait(until: until, reason: FailureReason(reason)).facts, of: entry.app)
        case .over: try await retire(draining, entry)
        case .end:
            guard draining.facts.endsOldSecret, !mayEndAnother(draining.facts, entry) else {
                if try await waitsForTargets(draining, entry) { return }
                return try await retire(draining, entry)
            }
            try await end(draining, entry)
        }
    }

    /// Whether Zoom's "old secret" may be the one that clients have: Zoom made another one meanwhile, which came late.
    private func mayEndAnother(_ rotation: Rotation, _ entry: AppEntry) -> Bool {
        entry.candidates.contains { $0.beside >= rotation.target && $0.verdict != .refused }
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

    /// Checks the published targets directly before the old secret is revoked. A target that was changed since, or cannot
    /// be checked, may still use the old secret, and is waited for like a holder: until the deadline.
    /// - Returns: whether the rotation waits.
    func waitsForTargets(_ draining: Draining, _ entry: AppEntry) async throws(VaultError) -> Bool {
        // The operator was told which targets are left with a revoked secret.
        if draining.facts.endsNow { return false }
        let deadline = timing.drainDeadline(draining.facts)
        if let deadline, time.now.wall >= deadline { return false }
        let laggards = await laggards(entry)
        guard !laggards.isEmpty else { return false }
        let look = time.now.wall + (laggards.map { $0.wait ?? timing.targetLook }.min() ?? timing.targetLook)
        let next = draining.wait(
            until: deadline.map { min(look, $0) } ?? look,
            reason: FailureReason(laggards.map(\.reason).joined(separator: "; ")))
        try await vault.advance(next.facts, of: entry.app)
        return true
    }

    /// - Parameters:
    ///   - reason: why it ends otherwise than was agreed.
    ///   - unended: why Zoom did not revoke the old secret, if another rotation follows nevertheless.
    func retire(
        _ draining: Draining, _ entry: AppEntry, because reason: FailureReason? = nil, unended: FailureReason? = nil
    ) async throws(VaultError) {
        let now = time.now.wall
        let ended = unended.map { draining.giveWay(at: now, reason: $0) } ?? draining.retire(at: now, because: reason)
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
