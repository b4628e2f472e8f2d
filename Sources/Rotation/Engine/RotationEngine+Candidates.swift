package import Domain
import SecretMemory
import Vault

/// Secrets that came late, or gave way to another one. Zoom's word on the secret decides, never the state of a rotation.
extension RotationEngine {
    /// Asks Zoom about the app's candidates that are due.
    package func judgeCandidates(of name: Name) async {
        guard !isStopping, !vault.isOwnedElsewhere, let entry = vault.catalog.app(name) else { return }
        for candidate in entry.candidates
        where timing.due(candidate, isServedRefused: entry.isRefused) <= time.now.wall {
            do throws(VaultError) { try await judge(candidate, name) } catch { return note(.notSaved(name, error)) }
        }
    }

    private func judge(_ found: Candidate, _ name: Name) async throws(VaultError) {
        var candidate = found
        guard let entry = vault.catalog.app(name), entry.app.id == candidate.appID else { return }
        guard let secret = candidate.secret ?? candidate.answer.flatMap({ issuer.read($0)?.secret }) else {
            return try await letGo(candidate, entry.app, "zoom's answer contains no secret")
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
        let proof = await prover.prove(secret, of: entry.app)
        var isServedRefused = entry.isRefused
        if case .accepted = proof, !isServedRefused {
            let served = await proveOld(entry.credential.clientSecret, beside: secret, entry)
            if case .refused = served { isServedRefused = true }
        }
        let fate = CandidateFate(
            candidate, proof, beside: vault.catalog.app(name) ?? entry, isServedRefused: isServedRefused,
            timing: timing,
            at: time.now.wall)
        switch fate {
        case .wait(let asked):
            FaultPoint.reach(.beforeJudge)
            try await vault.update(asked, of: entry.app)
            FaultPoint.reach(.afterJudge)
        case .letGo(let reason): try await letGo(candidate, entry.app, reason)
        // In one commit: after a crash in between, a newer secret would wait for a day.
        case .promote: try await promote(secret, of: name)
        }
    }

    private func letGo(_ candidate: Candidate, _ app: App, _ reason: String) async throws(VaultError) {
        FaultPoint.reach(.beforeLetGo)
        try await vault.letGo(candidate, of: app, because: reason)
        FaultPoint.reach(.afterLetGo)
    }

    /// As if an operator had entered it. Zoom has just accepted it.
    private func promote(_ secret: SecretBox, of name: Name) async throws(VaultError) {
        guard let app = vault.catalog.app(name)?.app else { return }
        try await between(app) { () async throws(VaultError) in
            guard let entry = vault.catalog.app(name) else { return }
            if let open = entry.rotation {
                guard !open.hasOwnSecret else { return }
                _ = try await take(
                    secret, RotationState(open), entry, id: makeID(open), overlap: nil, recording: nil)
                return
            }
            let now = time.now.wall
            let planned = try await planned(makeCallID(), entry, .manual, nil)
            guard
                let verified = RotationState(planned).accepting(
                    secret, oldExpiresBy: timing.revokeAt(now), at: now)?.verify(at: now)
            else { return }
            FaultPoint.reach(.beforeOrder)
            try await vault.begin(verified.facts, of: entry.app)
            FaultPoint.reach(.afterOrder)
        }
        await join(name, isPatient: false)
    }
}
