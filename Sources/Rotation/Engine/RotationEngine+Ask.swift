import Domain
import SecretMemory
import Vault

/// The call for a new secret, and everything that must hold before it.
extension RotationEngine {
    /// The present secret works until it expires at Zoom. While it does, another new secret can be requested.
    func recover(_ lost: LostResponse, _ entry: AppEntry) async throws(VaultError) {
        let calls = lost.facts.calls.count
        guard calls < timing.callsPerRotation else {
            let blocked = lost.block(
                reason:
                    "Zoom was asked \(counted(calls, "time")) for a new secret, but no answer arrived; generate one in the Marketplace and enter it in Keyturn"
            )
            return try await vault.advance(blocked.facts, of: entry.app)
        }
        try await ask(lost, entry)
    }

    /// Requests nothing while Zoom's throttle applies, nor before the present secret has just been verified.
    func ask(_ state: some AskingPhase, _ entry: AppEntry) async throws(VaultError) {
        guard time.now.wall >= timing.earliest else {
            let next = state.postpone(
                until: time.now.wall + timing.longestPause,
                reason: "the clock says \(time.now.wall), which is before this program was built: correct it")
            return try await vault.advance(next.facts, of: entry.app)
        }
        // Another attempt after a lost answer must not wait: the present secret expires.
        if state.facts.calls.isEmpty, let reason = unserved() {
            let next = state.postpone(until: time.now.wall + timing.serviceLook, reason: FailureReason(reason))
            return try await vault.advance(next.facts, of: entry.app)
        }
        let throttled = timing.throttled(state.facts.allCalls, now: time.now.wall)
        guard throttled == 0 else {
            let next = state.postpone(until: time.now.wall + throttled, reason: RotationTiming.throttleReason)
            return try await vault.advance(next.facts, of: entry.app)
        }
        switch await prover.prove(entry.credential.clientSecret, of: entry.app) {
        case .accepted: break
        case .refused(let reason):
            return try await vault.advance(state.refuse(at: time.now.wall, reason: reason).facts, of: entry.app)
        case .later(let retryAfter, let reason):
            return try await postpone(state, entry, retryAfter, reason)
        }
        switch await issuer.mintToken(for: entry.app, with: entry.credential.clientSecret) {
        case .minted(let token):
            FaultPoint.reach(.beforeIntend)
            let call = Rotation.Call(id: makeCallID(), at: time.now.wall)
            let intended = state.ask(call, with: token, revokeAt: timing.revokeAt(call.at))
            try await vault.advance(intended.facts, of: entry.app)
            FaultPoint.reach(.afterIntend)
            try await self.call(intended, token, entry)
        case .never(let reason):
            try await vault.advance(state.fail(at: time.now.wall, reason: reason).facts, of: entry.app)
        case .later(let retryAfter, let reason):
            try await postpone(state, entry, retryAfter, reason)
        }
    }

    private func postpone(
        _ state: some AskingPhase, _ entry: AppEntry, _ retryAfter: Int?, _ reason: FailureReason
    ) async throws(VaultError) {
        let pause = timing.pause(attempts: state.facts.attempts, retryAfter: retryAfter, random: random)
        try await vault.advance(state.postpone(until: time.now.wall + pause, reason: reason).facts, of: entry.app)
    }

    /// The only call that cannot be undone. Its answer is committed to the vault before it is read.
    private func call(_ intended: Intended, _ token: CallToken, _ entry: AppEntry) async throws(VaultError) {
        FaultPoint.reach(.beforeCall)
        let revokeAt = intended.facts.revokeAt ?? timing.revokeAt(time.now.wall)
        let outcome = await issuer.makeSecret(for: entry.app, revokeAt: revokeAt, with: token)
        FaultPoint.reach(.afterCall)
        let now = time.now.wall
        switch outcome {
        case .answered(let answer): await receive(answer, intended, entry.app)
        case .notNow(let retryAfter, let reason, let isAsked):
            let attempts = max(intended.facts.calls.count, intended.facts.attempts + 1)
            let pause = timing.pause(attempts: attempts, retryAfter: retryAfter, random: random)
            let state = intended.postpone(until: now + pause, reason: reason, isAsked: isAsked)
            try await vault.advance(state.facts, of: entry.app)
        case .never(let reason, let isAsked):
            let state = intended.refuse(at: now, reason: reason, isAsked: isAsked)
            try await vault.advance(state.facts, of: entry.app)
        case .unknown(let reason, let partial):
            if let partial, issuer.read(partial) != nil {
                // The answer was truncated, but the secret arrived.
                await receive(partial, intended, entry.app)
            } else {
                try await lose(intended, entry.app, reason, partial: partial)
            }
        }
    }

    func lose(
        _ intended: Intended, _ app: App, _ reason: FailureReason, partial: SecretBox? = nil
    ) async throws(VaultError) {
        FaultPoint.reach(.beforeLose)
        let lost = intended.lose(at: time.now.wall, reason: reason, partial: partial)
        try await vault.advance(lost.facts, of: app)
        FaultPoint.reach(.afterLose)
    }
}
