package import Domain
import SecretMemory
import Vault

/// Secrets that came late, or gave way to another one. Zoom's word on the secret decides, never the state of a rotation.
extension RotationEngine {
    /// Asks Zoom about the app's candidates that are due.
    package func judgeCandidates(of name: Name) async {
        guard !isStopping, !vault.isOwnedElsewhere, let entry = vault.catalog.app(name) else { return }
        let now = time.now.wall
        for candidate in entry.candidates
        where timing.due(candidate, isServedRefused: entry.isRefused, now: now) <= now {
            do throws(VaultError) { try await judge(candidate, name) } catch { return note(.notSaved(name, error)) }
        }
    }

    private func judge(_ found: Candidate, _ name: Name) async throws(VaultError) {
        var candidate = found
        guard let entry = vault.catalog.app(name), entry.app.id == candidate.appID else { return }
        guard let secret = candidate.secret ?? candidate.answer.flatMap({ issuer.read($0)?.secret }) else {
            return try await letGo(candidate, entry.app, "Zoom's answer contains no secret")
        }
        if candidate.secret == nil {
            FaultPoint.reach(.beforeSetAside)
            candidate = try await vault.save(secret, from: candidate, of: entry.app)
            FaultPoint.reach(.afterSetAside)
        }
        if let known = [entry.credential, entry.previous].lazy.compactMap(\.self)
            .first(where: { secret.isSame(as: $0.clientSecret) })
        {
            return try await letGo(candidate, entry.app, "it is generation \(known.generation)")
        }
        let (proof, served) = await word(on: secret, entry)
        // If another secret became current meanwhile, Zoom was not asked about that one.
        guard let after = vault.catalog.app(name), after.app.id == entry.app.id, after.generation == entry.generation
        else { return }
        switch CandidateFate(candidate, proof, served: served, of: after, timing: timing, at: time.now.wall) {
        case .wait(let asked):
            FaultPoint.reach(.beforeJudge)
            try await vault.update(asked, of: entry.app)
            FaultPoint.reach(.afterJudge)
        case .letGo(let reason): try await letGo(candidate, entry.app, reason)
        // In one commit: after a crash in between, a newer secret would wait for a day.
        case .promote(let reason): try await promote(secret, in: after, because: reason)
        }
    }

    /// Zoom's word on a candidate, and on the secret that clients get. Either counts as refused only beside the other one.
    private func word(on secret: SecretBox, _ entry: AppEntry) async -> (Proof, CandidateFate.Served) {
        switch await prover.prove(secret, of: entry.app) {
        case .accepted:
            switch await proveOld(entry.credential.clientSecret, beside: secret, entry) {
            case .accepted: return (.accepted, .accepted)
            case .refused: return (.accepted, .refused)
            case .later: return (.accepted, .unknown)
            }
        case .refused(let reason):
            let served = await prover.prove(entry.credential.clientSecret, of: entry.app)
            if case .accepted = served { return (.refused(reason: reason), .accepted) }
            return (.refused(reason: reason), .unknown)
        case .later(let retryAfter, let reason):
            return (.later(retryAfter: retryAfter, reason: reason), .unknown)
        }
    }

    private func letGo(_ candidate: Candidate, _ app: App, _ reason: String) async throws(VaultError) {
        FaultPoint.reach(.beforeLetGo)
        try await vault.letGo(candidate, of: app, because: reason)
        FaultPoint.reach(.afterLetGo)
    }

    /// As if an operator had entered it.
    /// - Parameter judged: the app, when Zoom accepted the secret a moment ago.
    private func promote(
        _ secret: SecretBox, in judged: AppEntry, because reason: FailureReason
    ) async throws(VaultError) {
        let app = judged.app
        try await between(app) { () async throws(VaultError) in
            guard let entry = vault.catalog.app(app.name), entry.app.id == app.id,
                entry.generation == judged.generation
            else { return }
            if let open = entry.rotation {
                guard !open.hasOwnSecret else { return }
                _ = try await take(
                    secret, RotationState(open), entry, id: makeID(open), overlap: nil, because: reason, recording: nil)
                return
            }
            let now = time.now.wall
            let planned = try await planned(makeCallID(), entry, .manual, nil)
            guard
                let verified = RotationState(planned).accepting(
                    secret, oldExpiresBy: timing.revokeAt(now), at: now)?.verify(at: now, because: reason)
            else { return }
            FaultPoint.reach(.beforeOrder)
            try await vault.begin(verified.facts, of: entry.app)
            FaultPoint.reach(.afterOrder)
        }
        await join(app.name, isPatient: false)
    }
}
