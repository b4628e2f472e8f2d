import Domain
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
        let isBaseRefused = await isBaseRefused(verified, entry)
        guard let promotion = verified.promote(isBaseRefused: isBaseRefused, at: time.now.wall) else { return }
        FaultPoint.reach(.beforePromote)
        try await vault.promote(promotion.credential, by: promotion.state.facts, of: entry.app)
        promotions.record(promotion.state.facts, at: time.now)
        FaultPoint.reach(.afterPromote)
    }

    /// Whether Zoom does not know the old secret any more. In the Marketplace a new one may replace it at once, so Zoom is
    /// asked when the new secret was made there.
    private func isBaseRefused(_ verified: Verified, _ entry: AppEntry) async -> Bool {
        if !entry.isRefused, verified.facts.trigger == .manual {
            _ = await prover.prove(entry.credential.clientSecret, of: entry.app)
        }
        return vault.catalog.app(entry.app.name)?.isRefused ?? false
    }
}
