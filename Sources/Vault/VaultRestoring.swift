package import Audit
package import Names
package import Times

/// What a vault out of a backup does not know: whether its secrets are still good.
extension Vault {
    /// Marks the current secret of each app as one that Zoom must take before anybody gets it, lets go of tokens and
    /// refusals, and has no rotation end a secret at Zoom that it did not see being made. One commit.
    /// - Parameters:
    ///   - floors: of apps by name, what they had that this vault has not. What is made of them from now on goes on above.
    ///   - spent: of apps that this vault does not have, the highest generation.
    package func suspectAll(
        at now: Timestamp, floors: [Name: GenerationFloor] = [:], spent: [Name: Generation] = [:],
        recording event: AuditEvent? = nil
    ) async throws(VaultError) {
        let entries = catalog.entries.map { entry in
            var entry = entry
            entry.credential = entry.credential.suspected(since: now)
            (entry.token, entry.refusals, entry.upkeep) = (nil, nil, Upkeep())
            if let floor = floors[entry.app.name] { entry.app.floor = floor }
            if var rotation = entry.rotation {
                rotation.isRestored = true
                if rotation.promotedAt == nil { rotation.target = entry.app.next(after: rotation.base) }
                entry.rotation = rotation
            }
            return entry
        }
        try await change(recording: { event }) { transaction in
            for (name, generation) in spent { transaction.spend(generation, of: name) }
            for entry in entries {
                let app = entry.app
                try transaction.put(AppRecord(app))
                try transaction.put(GenerationRecord(appID: app.id, entry.credential))
                try transaction.remove(from: .token, id: app.id)
                try transaction.remove(from: .refusals, id: app.id)
                try transaction.remove(from: .upkeep, id: app.id)
                if let rotation = entry.rotation { try transaction.put(RotationRecord(rotation)) }
            }
        } committed: { [catalog] in
            for new in entries { catalog.update(new.app) { $0 = new } }
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
