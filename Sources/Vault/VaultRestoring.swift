package import Audit
package import Times

/// What a vault out of a backup does not know: whether its secrets are still good.
extension Vault {
    /// Marks the current secret of each app as one that Zoom must take before anybody gets it, lets go of tokens and
    /// refusals, and has no rotation end a secret at Zoom that it did not see being made. One commit.
    package func suspectAll(at now: Timestamp, recording event: AuditEvent? = nil) async throws(VaultError) {
        let entries = catalog.entries
        let suspects = entries.map { ($0.app, $0.credential.suspected(since: now)) }
        try await change(recording: { event }) { transaction in
            for (app, credential) in suspects {
                try transaction.put(GenerationRecord(appID: app.id, credential))
                try transaction.remove(from: .token, id: app.id)
                try transaction.remove(from: .refusals, id: app.id)
                try transaction.remove(from: .upkeep, id: app.id)
            }
            for entry in entries {
                guard var rotation = entry.rotation else { continue }
                rotation.isRestored = true
                try transaction.put(RotationRecord(rotation))
            }
        } committed: { [catalog] in
            for (app, credential) in suspects {
                catalog.update(app) { entry in
                    entry.credential = credential
                    (entry.token, entry.refusals, entry.upkeep) = (nil, nil, Upkeep())
                    entry.rotation?.isRestored = true
                }
            }
        }
    }
}

extension Credential {
    /// The same secret without a doubt, if there was one and the token was minted with this secret.
    func proven(by token: Token) -> Credential? {
        guard suspectSince != nil, token.generation == generation else { return nil }
        return Credential(generation: generation, state: state, clientSecret: clientSecret, createdAt: createdAt)
    }
}

extension AppEntry {
    mutating func take(_ seen: SeenToken) {
        token = seen
        refusals = nil
        if let proven = credential.proven(by: seen.token) { credential = proven }
    }
}
