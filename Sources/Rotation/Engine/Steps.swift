import Names
import SecretMemory
import Times
import Vault

/// What each state calls for. Every branch ends in one commit, or in none.
extension RotationEngine {
    func step(_ state: RotationState, _ entry: AppEntry) async throws(VaultError) {
        switch state {
        case .planned(let planned): try await preflight(planned, entry)
        case .intended(let intended):
            // Found after a crash: the call may have been made, and its answer went with the process.
            try await lose(intended, entry.app, "the daemon stopped before Zoom's answer was in the vault")
        case .lostResponse(let lost): try await recover(lost, entry)
        case .escrowed(let escrowed): try await verify(escrowed, entry)
        case .verified(let verified): try await promote(verified, entry)
        case .current(let current): try await publish(current, entry)
        case .published(let published):
            FaultPoint.reach(.beforeDrain)
            try await vault.advance(published.drain(at: time.now.wall).facts, of: entry.app)
            FaultPoint.reach(.afterDrain)
        case .draining(let draining): try await drain(draining, entry)
        case .held, .retired, .refused, .aborted: break
        }
    }

    /// Nothing is asked of Zoom before the secret that is held is proven good, just now.
    private func preflight(_ planned: Planned, _ entry: AppEntry) async throws(VaultError) {
        let now = time.now.wall
        let throttled = timing.throttled(planned.facts.calls, now: now)
        guard throttled == 0 else {
            let next = planned.postpone(until: now + throttled, reason: "Zoom takes three calls in 15 minutes")
            return try await vault.advance(next.facts, of: entry.app)
        }
        switch await issuer.prove(entry.credential.clientSecret, of: entry.app) {
        case .accepted:
            FaultPoint.reach(.beforeIntend)
            let intended = planned.intend(revokeAt: timing.revokeAt(now), at: now)
            try await vault.advance(intended.facts, of: entry.app)
            FaultPoint.reach(.afterIntend)
            try await call(intended, entry)
        case .refused(let reason):
            let refused = planned.refuse(
                at: now, reason: "Zoom refuses the present secret, so that no new one can be asked for: \(reason)")
            try await vault.advance(refused.facts, of: entry.app)
        case .later(let retryAfter, let reason):
            let pause = timing.pause(attempts: planned.facts.attempts, retryAfter: retryAfter, random: random)
            try await vault.advance(planned.postpone(until: now + pause, reason: reason).facts, of: entry.app)
        }
    }

    /// The one call that cannot be taken back. Its answer goes into the vault before anybody looks into it.
    private func call(_ intended: Intended, _ entry: AppEntry) async throws(VaultError) {
        FaultPoint.reach(.beforeCall)
        let revokeAt = intended.facts.revokeAt ?? timing.revokeAt(time.now.wall)
        let outcome = await issuer.makeSecret(
            for: entry.app, with: entry.credential.clientSecret, revokeAt: revokeAt)
        FaultPoint.reach(.afterCall)
        let now = time.now.wall
        switch outcome {
        case .answered(let answer):
            FaultPoint.reach(.beforeEscrow)
            await escrow(intended.escrow(answer, at: now).facts, entry.app)
            FaultPoint.reach(.afterEscrow)
        case .notNow(let retryAfter, let reason):
            let pause = timing.pause(attempts: intended.facts.calls.count, retryAfter: retryAfter, random: random)
            try await vault.advance(intended.postpone(until: now + pause, reason: reason).facts, of: entry.app)
        case .never(let reason):
            try await vault.advance(intended.refuse(at: now, reason: reason).facts, of: entry.app)
        case .unknown(let reason, let partial):
            if let partial, issuer.read(partial) != nil {
                // Cut off, and the secret arrived all the same.
                FaultPoint.reach(.beforeEscrow)
                await escrow(intended.escrow(partial, at: now).facts, entry.app)
                FaultPoint.reach(.afterEscrow)
            } else {
                try await lose(intended, entry.app, reason, partial: partial)
            }
        }
    }

    /// Until the vault has it. The secret in it exists nowhere else, so there is no giving up.
    private func escrow(_ facts: Rotation, _ app: App) async {
        hold(unstored: facts.id)
        var attempts = 0
        while true {
            do throws(VaultError) {
                try await vault.advance(facts, of: app)
                return release(unstored: facts.id)
            } catch {
                note(.unstored(app.name, error))
                // A vault that was closed does not open again under this engine: whoever closed it has not waited.
                if error.code == .closed || error.code == .store(.closed) { return }
            }
            attempts += 1
            try? await Task.sleep(for: .milliseconds(min(100 << min(attempts, 6), 5000)))
        }
    }

    private func lose(
        _ intended: Intended, _ app: App, _ reason: String, partial: SecretBox? = nil
    ) async throws(VaultError) {
        FaultPoint.reach(.beforeLose)
        let lost = intended.lose(at: time.now.wall, reason: reason, partial: partial)
        try await vault.advance(lost.facts, of: app)
        FaultPoint.reach(.afterLose)
    }

    /// Our secret still works until Zoom kills it. While it does, another new one can be asked for.
    private func recover(_ lost: LostResponse, _ entry: AppEntry) async throws(VaultError) {
        let now = time.now.wall
        let calls = lost.facts.calls
        guard calls.count < timing.callsPerRotation else {
            let held = lost.hold(
                reason: "Zoom was asked \(calls.count) times for a new secret and no answer arrived; "
                    + "make one in the Marketplace and give it to Keyturn")
            return try await vault.advance(held.facts, of: entry.app)
        }
        let throttled = timing.throttled(calls, now: now)
        guard throttled == 0 else {
            let next = lost.postpone(until: now + throttled, reason: "Zoom takes three calls in 15 minutes")
            return try await vault.advance(next.facts, of: entry.app)
        }
        switch await issuer.prove(entry.credential.clientSecret, of: entry.app) {
        case .accepted:
            FaultPoint.reach(.beforeIntend)
            let intended = lost.askAgain(revokeAt: timing.revokeAt(now), at: now)
            try await vault.advance(intended.facts, of: entry.app)
            FaultPoint.reach(.afterIntend)
            try await call(intended, entry)
        case .refused(let reason):
            let held = lost.hold(
                reason: "an answer of Zoom's was lost and Zoom now refuses the old secret: \(reason); "
                    + "make a new one in the Marketplace and give it to Keyturn")
            try await vault.advance(held.facts, of: entry.app)
        case .later(let retryAfter, let reason):
            let pause = timing.pause(attempts: lost.facts.attempts, retryAfter: retryAfter, random: random)
            try await vault.advance(lost.postpone(until: now + pause, reason: reason).facts, of: entry.app)
        }
    }

    /// Only a token minted with it proves a secret. Zoom may need a while to know it everywhere.
    private func verify(_ escrowed: Escrowed, _ entry: AppEntry) async throws(VaultError) {
        let now = time.now.wall
        guard let candidate = escrowed.facts.candidate else {
            FaultPoint.reach(.beforeRead)
            if let answer = escrowed.facts.answer, let found = issuer.read(answer) {
                let read = escrowed.read(found.secret, revokeAt: found.revokeAt, at: now)
                try await vault.advance(read.facts, of: entry.app)
            } else {
                let lost = escrowed.lose(at: now, reason: "Zoom's answer has no new secret in it")
                try await vault.advance(lost.facts, of: entry.app)
            }
            return FaultPoint.reach(.afterRead)
        }
        FaultPoint.reach(.beforeVerify)
        switch await issuer.prove(candidate, of: entry.app) {
        case .accepted:
            guard let verified = escrowed.verify(at: now) else { return }
            try await vault.advance(verified.facts, of: entry.app)
            FaultPoint.reach(.afterVerify)
        case .refused(let reason):
            let attempts = escrowed.facts.attempts
            guard attempts < timing.propagation.count else {
                let held = escrowed.hold(
                    reason: "Zoom does not take the new secret: \(reason); the old one goes on working")
                return try await vault.advance(held.facts, of: entry.app)
            }
            let next = escrowed.postpone(until: now + timing.propagation[attempts], reason: reason)
            try await vault.advance(next.facts, of: entry.app)
        case .later(let retryAfter, let reason):
            // Does not count against the attempts: Zoom said nothing of the secret.
            let pause = timing.pause(attempts: 4, retryAfter: retryAfter, random: random)
            try await vault.advance(escrowed.wait(until: now + pause, reason: reason).facts, of: entry.app)
        }
    }

    private func promote(_ verified: Verified, _ entry: AppEntry) async throws(VaultError) {
        guard let promotion = verified.promote(at: time.now.wall) else { return }
        FaultPoint.reach(.beforePromote)
        try await vault.promote(promotion.credential, by: promotion.state.facts, of: entry.app)
        FaultPoint.reach(.afterPromote)
    }

    private func publish(_ current: Current, _ entry: AppEntry) async throws(VaultError) {
        FaultPoint.reach(.beforePublish)
        let now = time.now.wall
        switch await publisher.publish(entry.credential, of: entry.app) {
        case .confirmed:
            try await vault.advance(current.publish(at: now).facts, of: entry.app)
        case .later(let retryAfter, let reason):
            let pause = timing.pause(attempts: current.facts.attempts, retryAfter: retryAfter, random: random)
            try await vault.advance(current.postpone(until: now + pause, reason: reason).facts, of: entry.app)
        }
        FaultPoint.reach(.afterPublish)
    }

    private func drain(_ draining: Draining, _ entry: AppEntry) async throws(VaultError) {
        let now = time.now.wall
        let holders = entry.receipts.values.filter { $0.generation < entry.credential.generation }
            .filter { vault.catalog.client($0.client) != nil }.map(\.client.description).sorted()
        switch timing.drain(draining.facts, holders: holders, now: now) {
        case .wait(let until, let reason):
            try await vault.advance(draining.wait(until: until, reason: reason).facts, of: entry.app)
        case .over: try await retire(draining, entry)
        case .end:
            // What an operator made in the Marketplace has a schedule there that is not ours to change.
            guard draining.facts.trigger != .manual else { return try await retire(draining, entry) }
            try await end(draining, entry, now)
        }
    }

    /// The old secret is ended only when the new one was proven just now.
    private func end(_ draining: Draining, _ entry: AppEntry, _ now: Timestamp) async throws(VaultError) {
        let pause = { (retryAfter: Int?) in self.timing.pause(attempts: 6, retryAfter: retryAfter, random: self.random)
        }
        switch await issuer.prove(entry.credential.clientSecret, of: entry.app) {
        case .accepted: break
        case .refused(let reason), .later(_, let reason):
            let next = draining.wait(until: now + pause(60), reason: "the new secret could not be proven: \(reason)")
            return try await vault.advance(next.facts, of: entry.app)
        }
        FaultPoint.reach(.beforeEnd)
        let outcome = await issuer.endOldSecret(of: entry.app, with: entry.credential.clientSecret)
        FaultPoint.reach(.afterEnd)
        switch outcome {
        case .ended: try await retire(draining, entry)
        case .later(let retryAfter, let reason):
            try await vault.advance(
                draining.wait(until: now + pause(retryAfter), reason: reason).facts, of: entry.app)
        case .refused(let reason):
            // It dies by itself in time; until then it is only valid for longer than need be.
            let until = draining.facts.revokeAt ?? now + timing.longestPause
            try await vault.advance(draining.wait(until: until, reason: reason).facts, of: entry.app)
        }
    }

    private func retire(_ draining: Draining, _ entry: AppEntry) async throws(VaultError) {
        FaultPoint.reach(.beforeRetire)
        try await vault.retire(by: draining.retire(at: time.now.wall).facts, of: entry.app)
        FaultPoint.reach(.afterRetire)
    }
}
