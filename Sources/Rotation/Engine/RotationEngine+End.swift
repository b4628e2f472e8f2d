import Domain
import SecretMemory
import Vault

/// Revokes the old secret: Zoom is asked to do so at a time shortly ahead, and then whether it did.
extension RotationEngine {
    /// Asks Zoom to revoke the old secret, but only after the new one has just been verified.
    func end(_ draining: Draining, _ entry: AppEntry) async throws(VaultError) {
        let now = time.now.wall
        // Clients that can fetch nothing cannot move to the new secret.
        if !draining.facts.endsNow, let reason = unserved() {
            return try await vault.advance(
                draining.wait(until: now + timing.serviceLook, reason: FailureReason(reason)).facts, of: entry.app)
        }
        let throttled = timing.throttled(draining.facts.allCalls, now: now)
        guard throttled == 0 else {
            let next = draining.wait(until: now + throttled, reason: RotationTiming.throttleReason)
            return try await vault.advance(next.facts, of: entry.app)
        }
        switch await prover.prove(entry.credential.clientSecret, of: entry.app) {
        case .accepted: break
        case .refused(let reason), .later(_, let reason):
            let next = draining.wait(until: now + pause(60), reason: "the new secret could not be verified: \(reason)")
            return try await vault.advance(next.facts, of: entry.app)
        }
        if try await waitsForTargets(draining, entry) { return }
        // The call cannot name a secret. If Zoom refuses ours, that was revoked already, and the vault may have forgotten
        // it; then the call could revoke the secret that is current here.
        switch await proveOld(entry) {
        case .accepted: break
        case .refused:
            let again = draining.facts.wasAskedToEnd ? " again" : ""
            return try await retire(
                draining, entry, because: "Zoom refused the old secret before Keyturn asked\(again) to revoke it")
        case .later(let retryAfter, let reason): return try await wait(draining, entry, retryAfter, reason)
        }
        switch await issuer.mintToken(for: entry.app, with: entry.credential.clientSecret) {
        case .minted(let token): try await end(draining, entry, with: token)
        case .later(let retryAfter, let reason):
            try await vault.advance(
                draining.wait(until: now + pause(retryAfter), reason: reason).facts, of: entry.app)
        case .never(let reason): try await giveUp(draining, entry, reason)
        }
    }

    private func end(_ draining: Draining, _ entry: AppEntry, with token: CallToken) async throws(VaultError) {
        let call = Rotation.Call(id: makeCallID(), at: time.now.wall)
        let expires = call.at + timing.lead(of: draining.facts)
        if let revokeAt = draining.facts.revokeAt, revokeAt <= expires {
            let next = draining.wait(until: revokeAt, reason: "the old secret expires at \(revokeAt)")
            return try await vault.advance(next.facts, of: entry.app)
        }
        let ending = draining.end(call, with: token, at: expires, due: expires + timing.endMargin)
        try await vault.advance(ending.facts, of: entry.app)
        FaultPoint.reach(.beforeEnd)
        let outcome = await issuer.endOldSecret(of: entry.app, at: expires, with: token)
        FaultPoint.reach(.afterEnd)
        let now = time.now.wall
        switch outcome {
        case .set(let secretID):
            if let secretID, try await isForeign(secretID, to: draining.facts, of: entry.app) {
                try await putBack(ending, entry, with: token)
            } else {
                try await vault.advance(ending.confirm(due: expires + timing.endMargin).facts, of: entry.app)
            }
        case .unknown(let reason):
            let next = ending.wait(
                until: expires + timing.endMargin,
                reason: "Zoom may revoke the old secret at \(expires): \(reason)")
            try await vault.advance(next.facts, of: entry.app)
        case .late(let reason):
            try await again(ending, entry, "the request to revoke the old secret was late: \(reason)")
        case .later(let retryAfter, let reason, let isAsked):
            let next = ending.withdraw(until: now + pause(retryAfter), reason: reason, isAsked: isAsked)
            try await vault.advance(next.facts, of: entry.app)
        case .gone:
            let next = ending.withdraw(until: now, reason: "Zoom has no schedule for the old secret")
            if case .refused = await proveOld(entry) { return try await retire(next, entry) }
            try await giveUp(next, entry, "Zoom has no schedule for it")
        case .refused(let reason, let isAsked):
            try await giveUp(ending.withdraw(until: now, reason: reason, isAsked: isAsked), entry, reason)
        }
        FaultPoint.reach(.afterEndSaved)
    }

    /// Once the requested time is over, Zoom's word on the old secret decides, whatever became of the answer.
    func follow(
        _ ending: Rotation.Ending, _ draining: Draining, _ entry: AppEntry
    ) async throws(VaultError) {
        let now = time.now.wall
        let look = ending.expires + timing.endMargin
        guard now >= look else {
            let next = draining.wait(until: look, reason: draining.facts.failure)
            return try await vault.advance(next.facts, of: entry.app)
        }
        if let revokeAt = draining.facts.revokeAt, now >= revokeAt { return try await retire(draining, entry) }
        switch await proveOld(entry) {
        case .refused: return try await retire(draining, entry)
        case .later(let retryAfter, let reason): return try await wait(draining, entry, retryAfter, reason)
        case .accepted: break
        }
        if case .refused(let reason) = await prover.prove(entry.credential.clientSecret, of: entry.app) {
            let blocked = draining.block(servedUntil: ending.expires, detail: reason)
            return try await vault.advance(blocked.facts, of: entry.app)
        }
        guard ending.isConfirmed else {
            return try await again(draining, entry, "Zoom did not receive the request to revoke the old secret")
        }
        let attempts = draining.facts.attempts
        let reason: FailureReason =
            "Zoom said that it revokes the old secret at \(ending.expires), and still accepts it"
        if draining.facts.isEndIgnored, draining.facts.successor != nil {
            return try await retire(draining, entry, unended: reason)
        }
        let next = draining.lookAgain(until: now + timing.endPause(attempts), reason: reason)
        try await vault.advance(next.facts, of: entry.app)
    }

    /// The present secret expires. Zoom is asked to let it live as long as it allows, and the rotation stops.
    func keepServed(_ draining: Draining, _ entry: AppEntry) async throws(VaultError) {
        guard let ending = draining.facts.ending, let expires = draining.facts.servedExpires, time.now.wall < expires
        else { return try await stop(draining, entry) }
        if let token = draining.facts.callToken, token.expires > time.now.wall {
            return try await putBack(draining, entry, with: token)
        }
        switch await issuer.mintToken(for: entry.app, with: entry.credential.clientSecret) {
        case .minted(let token): try await putBack(draining, entry, with: token)
        case .later(_, let reason):
            let next = draining.lookAgain(until: min(ending.expires, expires, time.now.wall + 5), reason: reason)
            try await vault.advance(next.facts, of: entry.app)
        case .never(let reason): try await stop(draining, entry, reason)
        }
    }

    /// Zoom was asked to revoke the old secret, and its answer names another schedule than the one of this rotation: after
    /// a secret was generated in the Marketplace, the old secret there is the one that clients get.
    private func putBack(_ draining: Draining, _ entry: AppEntry, with token: CallToken) async throws(VaultError) {
        let call = Rotation.Call(id: makeCallID(), at: time.now.wall)
        let latest = timing.revokeAt(draining.facts.calls.last?.at ?? call.at)
        let pause = timing.pause(attempts: draining.facts.attempts, retryAfter: nil, random: random)
        let back = draining.putBack(call, with: token, to: latest, due: call.at + min(pause, timing.endLead))
        try await vault.advance(back.facts, of: entry.app)
        FaultPoint.reach(.beforeEnd)
        let outcome = await issuer.endOldSecret(of: entry.app, at: latest, with: token)
        FaultPoint.reach(.afterEnd)
        switch outcome {
        case .set: try await vault.advance(back.block(servedUntil: latest).facts, of: entry.app)
        // It is tried again until the secret has expired.
        case .later(_, let reason, let isAsked):
            try await vault.advance(back.putBackLater(because: reason, isAsked: isAsked).facts, of: entry.app)
        case .unknown: break
        case .gone: try await stop(back, entry, "Zoom has no schedule that could be changed")
        case .late(let reason), .refused(let reason, _): try await stop(back, entry, reason)
        }
    }

    /// Only the operator has a secret without an end; but another secret can be requested from Zoom while this one works.
    private func stop(_ draining: Draining, _ entry: AppEntry, _ detail: FailureReason? = nil) async throws(VaultError)
    {
        let expires = draining.facts.servedExpires ?? time.now.wall
        let blocked = draining.block(servedUntil: expires, detail: detail)
        if draining.facts.successor != nil {
            return try await retire(draining, entry, unended: blocked.facts.failure ?? "")
        }
        try await vault.advance(blocked.facts, of: entry.app)
    }

    // MARK: Parts

    /// Whether this is the ID of neither the rotation's new secret nor the one that it replaces: Zoom's page does not say
    /// whose ID it answers with.
    private func isForeign(_ secretID: String, to rotation: Rotation, of app: App) async throws(VaultError) -> Bool {
        guard let new = rotation.secretID, new != secretID else { return false }
        return try await !vault.rotations(of: app).contains { $0.target == rotation.base && $0.secretID == secretID }
    }

    private func pause(_ retryAfter: Int?) -> Int { timing.pause(attempts: 6, retryAfter: retryAfter, random: random) }

    /// The request changed nothing. The first time another one follows at once.
    private func again(_ draining: Draining, _ entry: AppEntry, _ reason: FailureReason) async throws(VaultError) {
        let pause = draining.facts.attempts == 0 ? 0 : pause(nil)
        try await vault.advance(
            draining.withdraw(until: time.now.wall + pause, reason: reason).facts, of: entry.app)
    }

    /// Zoom does not revoke the old secret: it expires in any case, and until then is only valid for longer than necessary.
    private func giveUp(_ draining: Draining, _ entry: AppEntry, _ reason: FailureReason) async throws(VaultError) {
        // A leaked secret is not retained only because an older one is still valid.
        if draining.facts.successor != nil { return try await retire(draining, entry, unended: reason) }
        let until = draining.facts.revokeAt ?? time.now.wall + timing.longestPause
        try await vault.advance(draining.wait(until: until, reason: reason).facts, of: entry.app)
    }

    private func wait(
        _ draining: Draining, _ entry: AppEntry, _ retryAfter: Int?, _ reason: FailureReason
    ) async throws(VaultError) {
        let next = draining.wait(
            until: time.now.wall + pause(retryAfter),
            reason: "it is unknown whether Zoom still accepts the old secret: \(reason)")
        try await vault.advance(next.facts, of: entry.app)
    }

    /// Whether Zoom still accepts the old secret. It counts as refused only if Zoom accepts the new one at the same time:
    /// otherwise the refusal may concern the app, and not the secret.
    private func proveOld(_ entry: AppEntry) async -> Proof {
        guard let old = entry.previous else { return .refused(reason: "the vault no longer has it") }
        return await proveOld(old.clientSecret, beside: entry.credential.clientSecret, entry)
    }

    func proveOld(_ old: SecretBox, beside new: SecretBox, _ entry: AppEntry) async -> Proof {
        let proof = await prover.prove(old, of: entry.app)
        guard case .refused = proof else { return proof }
        switch await prover.prove(new, of: entry.app) {
        case .accepted: return proof
        case .refused(let reason), .later(_, let reason):
            return .later(retryAfter: nil, reason: "the new secret could not be verified: \(reason)")
        }
    }
}
