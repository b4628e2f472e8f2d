package import Audit
package import Domain

/// Marks what a restored vault does not know: whether its secrets are still valid.
extension Vault {
    /// In one commit: marks each app's current secret as one that Zoom must accept before it is served, removes tokens
    /// and refusals, and keeps rotations from revoking secrets whose creation they did not see.
    /// - Parameters:
    ///   - floors: by app name, generations that the app had and this vault lacks. New generations continue above them.
    ///   - spent: for apps that this vault lacks, their highest generation.
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
                for table in [SealedTable.token, .refusals, .schedulerState] {
                    try transaction.remove(from: table, id: app.id)
                }
                guard var rotation = entry.rotation else { continue }
                rotation.isRestored = true
                if rotation.promotedAt == nil { rotation.target = app.next(after: rotation.base) }
                try transaction.put(rotation)
            }
        }
    }
}

extension Credential {
    /// The same secret without doubt, if there was any and the token was minted with this secret.
    func proven(by token: Token) -> Credential? {
        guard suspectSince != nil, token.generation == generation else { return nil }
        return Credential(generation: generation, state: state, clientSecret: clientSecret, createdAt: createdAt)
    }
}
