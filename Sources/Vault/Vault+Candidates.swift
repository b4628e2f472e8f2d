import Audit
package import Domain
package import SecretMemory

/// Secrets that are no generation, and that may be the only ones that last.
extension Vault {
    /// Saves a secret from an answer that no rotation waits for, unless the vault has it.
    package func setAside(_ secret: SecretBox, answeredAt: Timestamp, of app: App) async throws(VaultError) {
        let now = time.now.wall
        try await change { transaction in
            guard let entry = try transaction.entry(ofApp: app.id) else { throw Self.noSuchApp(app.name) }
            let beside = entry.rotation.map { max($0.target, entry.generation) } ?? entry.generation
            let isNew = try transaction.setAside(
                secret: secret, answeredAt: answeredAt, beside: beside, ofApp: app.id, at: now)
            if isNew { transaction.audit(.candidate("saved", of: app, "an answer of Zoom came late")) }
        }
    }

    /// Saves a secret in place of the answer that it was read from.
    package func save(
        _ secret: SecretBox, from candidate: Candidate, of app: App
    ) async throws(VaultError) -> Candidate {
        let read = Candidate(
            id: "\(app.id).\(try fingerprint(of: secret))", appID: app.id, secret: secret,
            answeredAt: candidate.answeredAt, savedAt: candidate.savedAt, beside: candidate.beside)
        try await change { transaction in
            guard try transaction.record(candidate.id, as: Candidate.self) != nil else { return }
            try transaction.remove(from: .candidate, id: candidate.id)
            if try transaction.record(read.id, as: Candidate.self) == nil { try transaction.put(read) }
        }
        return read
    }

    /// Saves what Zoom said about it.
    package func update(_ candidate: Candidate, of app: App) async throws(VaultError) {
        try await change { transaction in
            // It may have become a generation meanwhile.
            guard try transaction.record(candidate.id, as: Candidate.self) != nil else { return }
            try transaction.put(candidate)
        }
    }

    /// Removes a secret that nobody needs.
    package func letGo(_ candidate: Candidate, of app: App, because reason: String) async throws(VaultError) {
        try await change { transaction in
            guard try transaction.record(candidate.id, as: Candidate.self) != nil else { return }
            try transaction.remove(from: .candidate, id: candidate.id)
            transaction.audit(.candidate("removed", of: app, reason))
        }
    }
}

extension SealedTransaction {
    /// Saves the secret that `next` lacks of those that `known` had. Part of every change of a rotation, so that no transition
    /// can drop the only copy.
    /// - Parameter promoted: the secret that becomes a generation in this change.
    mutating func setAside(
        from known: Rotation, to next: Rotation, promoted: SecretBox? = nil, at now: Timestamp
    ) throws {
        // The operator who entered it was told that Zoom refuses it.
        if known.isByHand, next.phase == .refused { return }
        // A time ahead is from before the clock was set back, and would make it newer than what is made from now on.
        let answeredAt = min(known.calls.last?.at ?? now, now)
        if let candidate = known.candidate {
            guard !candidate.isSame(as: next.candidate), !candidate.isSame(as: promoted) else { return }
            _ = try setAside(
                secret: candidate, answeredAt: answeredAt, beside: known.target, ofApp: known.appID, at: now)
        } else if known.phase == .received, let answer = known.answer, !answer.isSame(as: next.answer) {
            _ = try setAside(
                answer: answer, answeredAt: answeredAt, beside: known.target, ofApp: known.appID, at: now)
        }
    }

    /// - Returns: whether the vault did not have it.
    mutating func setAside(
        secret: SecretBox? = nil, answer: SecretBox? = nil, answeredAt: Timestamp, beside: Generation,
        ofApp app: String, at now: Timestamp
    ) throws -> Bool {
        guard let content = secret ?? answer else { return false }
        let id = try candidateID(of: content, app)
        let entry = try secrets(ofApp: app).entry
        let known = [entry?.credential, entry?.previous].compactMap { $0?.clientSecret }
        guard try record(id, as: Candidate.self) == nil, !known.contains(where: content.isSame) else { return false }
        try put(
            Candidate(
                id: id, appID: app, secret: secret, answer: secret == nil ? answer : nil, answeredAt: answeredAt,
                savedAt: now, beside: beside))
        return true
    }

    func candidateID(of content: SecretBox, _ app: String) throws -> String {
        "\(app).\(try sealer.fingerprint(of: content))"
    }
}

extension SecretBox {
    package func isSame(as other: SecretBox?) -> Bool { other.map { bytes.constantTimeEquals($0.bytes) } ?? false }
}

extension AuditEvent {
    fileprivate static func candidate(_ action: String, of app: App, _ reason: String) -> AuditEvent {
        AuditEvent(
            .init("candidate.\(action)"), .done,
            [("app", .text(app.name.description)), ("actor", .text("keyturnd")), ("reason", .text(reason))])
    }
}
