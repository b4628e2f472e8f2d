import Domain
import SecretMemory
import Vault

/// From Zoom's answer to a new current secret.
extension RotationEngine {
    /// Only a token minted with a secret verifies it. Zoom may need a while until the new secret works everywhere.
    func verify(_ received: Received, _ entry: AppEntry) async throws(VaultError) {
        let now = time.now.wall
        guard let candidate = received.facts.candidate else {
            FaultPoint.reach(.beforeRead)
            if let answer = received.facts.answer, let found = issuer.read(answer) {
                let read = received.read(found, at: now)
                try await vault.advance(read.facts, of: entry.app)
            } else {
                let lost = received.lose(at: now, reason: "Zoom's answer contains no new secret")
                try await vault.advance(lost.facts, of: entry.app)
            }
            return FaultPoint.reach(.afterRead)
        }
        FaultPoint.reach(.beforeVerify)
        switch await prover.prove(candidate, of: entry.app) {
        case .accepted:
            guard let verified = received.verify(at: now) else { return }
            try await vault.advance(verified.facts, of: entry.app)
            FaultPoint.reach(.afterVerify)
        case .refused(let reason) where received.facts.isByHand:
            // The secret was typed, and may be mistyped: the operator can repeat it at once.
            let refused = received.refuse(at: now, reason: reason).facts
            guard let next = following(refused, entry, at: now) else {
                return try await vault.advance(refused, of: entry.app)
            }
            // A leaked secret is replaced nevertheless.
            try await vault.supersede(refused, by: next, of: entry.app)
        case .refused(let reason):
            let attempts = received.facts.attempts
            guard attempts < timing.propagation.count else {
                let blocked = received.block(
                    reason: "Zoom does not accept the new secret: \(reason); the old one still works")
                return try await vault.advance(blocked.facts, of: entry.app)
            }
            let next = received.postpone(until: now + timing.propagation[attempts], reason: reason)
            try await vault.advance(next.facts, of: entry.app)
        case .later(let retryAfter, let reason):
            // Not counted as an attempt: Zoom said nothing about the secret.
            let pause = timing.pause(attempts: 4, retryAfter: retryAfter, random: random)
            try await vault.advance(received.wait(until: now + pause, reason: reason).facts, of: entry.app)
        }
    }

    func promote(_ verified: Verified, _ entry: AppEntry) async throws(VaultError) {
        let base = await baseState(verified, entry)
        guard let promotion = verified.promote(base: base, at: time.now.wall) else { return }
        FaultPoint.reach(.beforePromote)
        try await vault.promote(promotion.credential, by: promotion.state.facts, of: entry.app)
        promotions.record(promotion.state.facts, at: time.now)
        FaultPoint.reach(.afterPromote)
    }

    /// In the Marketplace a new secret may replace the old one at once, so Zoom is asked when it was made there.
    private func baseState(_ verified: Verified, _ entry: AppEntry) async -> Rotation.BaseState? {
        if entry.isRefused { return .refused }
        guard verified.facts.baseState == .unknown, let candidate = verified.facts.candidate else { return nil }
        return await state(of: entry.credential.clientSecret, beside: candidate, entry)
    }

    /// The same, if Zoom could not be asked before the new secret became current. The old one's holders are not told that
    /// it works until then.
    /// - Returns: whether there is an answer now.
    func settleBase(_ state: RotationState, _ entry: AppEntry) async throws(VaultError) -> Bool {
        guard state.facts.promotedAt != nil, state.facts.baseState == .unknown, let old = entry.previous else {
            return false
        }
        let base = await self.state(of: old.clientSecret, beside: entry.credential.clientSecret, entry)
        guard base != .unknown else { return false }
        FaultPoint.reach(.beforeSettle)
        try await vault.advance(state.settling(base: base, at: time.now.wall).facts, of: entry.app)
        FaultPoint.reach(.afterSettle)
        return true
    }

    private func state(of old: SecretBox, beside new: SecretBox, _ entry: AppEntry) async -> Rotation.BaseState {
        switch await proveOld(old, beside: new, entry) {
        case .accepted: .accepted
        case .refused: .refused
        case .later: .unknown
        }
    }
}
