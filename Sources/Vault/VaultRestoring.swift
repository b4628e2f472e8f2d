package import Audit
package import Domain

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
        try await change(recording: event) { transaction in
            for (name, generation) in spent { transaction.spend(generation, of: name) }
            for var app in try transaction.apps() {
                guard let entry = try transaction.entry(ofApp: app.id) else { continue }
                if let floor = floors[app.name] { app.floor = floor }
                try transaction.put(app)
                try transaction.put(GenerationRecord(appID: app.id, entry.credential.suspected(since: now)))
                for table in [SealedTable.token, .refusals, .upkeep] { try transaction.remove(from: table, id: app.id) }
                guard var rotation = entry.rotation else { continue }
                rotation.isRestored = true
                if rotation.promotedAt == nil { rotation.target = app.next(after: rotation.base) }
                try transaction.put(rotation)
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
