import Domain
import Vault

/// The work of each state. Every branch ends in one commit, or in none.
extension RotationEngine {
    func step(_ state: RotationState, _ entry: AppEntry) async throws(VaultError) {
        if let entered = state.facts.entered { return try await proveEntered(entered, state, entry) }
        if try await settleBase(state, entry) { return }
        switch state {
        case .planned(let planned): try await ask(planned, entry)
        case .intended(let intended):
            // Found after a crash: the call may have been made, and its answer was lost with the process.
            try await lose(intended, entry.app, "the daemon stopped before Zoom's answer was in the vault")
        case .lostResponse(let lost): try await recover(lost, entry)
        case .received(let received): try await verify(received, entry)
        case .verified(let verified): try await promote(verified, entry)
        case .current(let current): try await publish(current, entry)
        case .published(let published):
            FaultPoint.reach(.beforeDrain)
            try await vault.advance(published.drain(at: time.now.wall).facts, of: entry.app)
            FaultPoint.reach(.afterDrain)
        case .draining(let draining): try await drain(draining, entry)
        case .blocked, .retired, .refused, .aborted: break
        }
    }

    private func publish(_ current: Current, _ entry: AppEntry) async throws(VaultError) {
        FaultPoint.reach(.beforePublish)
        let outcome = await publish(entry)
        let now = time.now.wall
        switch outcome {
        case nil:
            let next = current.wait(until: now + 1, reason: "publishing was interrupted")
            try await vault.advance(next.facts, of: entry.app)
        case .confirmed:
            try await vault.advance(current.publish(at: now).facts, of: entry.app)
        // One attempt is made nevertheless; a target without the new secret gets it when possible.
        case .waiting(_, let reason) where current.facts.endsNow, .later(_, let reason) where current.facts.endsNow,
            .blocked(let reason) where current.facts.endsNow:
            let reason: FailureReason =
                "the overlap was ended by the operator before every consumer had the new secret: \(reason)"
            try await vault.advance(current.passOver(at: now, reason: reason).facts, of: entry.app)
        case .waiting(let seconds, let reason):
            try await vault.advance(
                current.wait(until: now + max(seconds, 1), reason: FailureReason(reason)).facts, of: entry.app)
        case .blocked(let reason):
            try await vault.advance(current.block(reason: FailureReason(reason)).facts, of: entry.app)
        case .later(let retryAfter, let reason):
            let pause = timing.pause(attempts: current.facts.attempts, retryAfter: retryAfter, random: random)
            try await vault.advance(
                current.postpone(until: now + pause, reason: FailureReason(reason)).facts, of: entry.app)
        }
        FaultPoint.reach(.afterPublish)
    }
}
