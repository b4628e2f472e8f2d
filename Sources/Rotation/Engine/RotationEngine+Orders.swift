package import Domain
package import SecretMemory
package import Vault

/// Requests of operators and the scheduler. Each is one commit between two steps of the app's flight.
extension RotationEngine {
    /// Starts a rotation and continues it until it must wait for a point in time or a slow publisher.
    /// - Parameter secret: the new secret, if the operator generated it in the Marketplace. It is accepted in every
    ///   state. Zoom is said to keep the old one valid for as long as after an API call. [assumed]
    /// - Parameter line: the caller, for the audit log.
    package func rotate(
        _ name: Name, trigger: RotationTrigger, overlap: Int?, secret: SecretBox? = nil, id: String,
        recording line: RotationLine? = nil
    ) async throws(VaultError) -> Rotation {
        let app = try servedApp(name)
        if secret == nil, let open = vault.catalog.app(name)?.rotation { throw Vault.busy(name, open) }
        if secret == nil { try requireService() }
        let taken = try await between(app) { () async throws(VaultError) -> String in
            guard let entry = vault.catalog.app(name) else { throw Vault.noSuchApp(name) }
            guard let open = entry.rotation else {
                var planned = try await planned(id, entry, trigger, overlap)
                if let secret {
                    let now = time.now.wall
                    planned =
                        RotationState(planned).accepting(secret, oldExpiresBy: timing.revokeAt(now), at: now)?.facts
                        ?? planned
                }
                try await vault.begin(planned, of: entry.app, recording: line)
                return id
            }
            guard let secret else { throw Vault.busy(name, open) }
            return try await enter(secret, RotationState(open), entry, id: id, overlap: overlap, recording: line)
        }
        await join(name, isPatient: false)
        // A rotation that was already running keeps its ID, and may have ended by now.
        return try await vault.rotation(id: taken).rotation
    }

    /// For an emergency: ends the overlap of a running rotation, then replaces the present secret and revokes it as soon
    /// as Zoom allows. Each push target gets one attempt; holders are not waited for.
    package func rotateNow(
        _ name: Name, id: String, recording line: RotationLine? = nil
    ) async throws(VaultError) -> Rotation {
        let app = try servedApp(name)
        try requireService()
        let taken = try await between(app) { () async throws(VaultError) -> String in
            guard let entry = vault.catalog.app(name) else { throw Vault.noSuchApp(name) }
            let now = time.now.wall
            guard let open = entry.rotation else {
                var planned = try await planned(id, entry, .operator, 0)
                planned.endsNowSince = now
                try await vault.begin(planned, of: entry.app, recording: line)
                return id
            }
            guard let state = RotationState(open).hurrying(at: now, successor: id) else { return open.id }
            try await order(state, entry, line)
            return open.id
        }
        await join(name, isPatient: false)
        let first = try await vault.rotation(id: taken).rotation
        guard first.phase.isFinal, let next = first.successor else { return first }
        return try await vault.rotation(id: next).rotation
    }

    /// Ends the overlap now: the old secret is revoked as soon as Zoom allows, even if some clients have no other.
    package func finish(id: String, recording line: RotationLine? = nil) async throws(VaultError) -> Rotation {
        let (known, _) = try await openRotation(id)
        try requireService()
        try await between(known.app) { () async throws(VaultError) in
            let (entry, open) = try await openRotation(id)
            guard let state = RotationState(open).finishing(at: time.now.wall) else {
                throw Vault.notLive(entry.app.name, open)
            }
            try await order(state, entry, line)
        }
        await join(known.app.name, isPatient: false)
        return try await vault.rotation(id: id).rotation
    }

    /// Continues a blocked rotation, or makes a waiting one try at once.
    package func resume(id: String, recording line: RotationLine? = nil) async throws(VaultError) -> Rotation {
        let (known, _) = try await openRotation(id)
        try await between(known.app) { () async throws(VaultError) in
            let (entry, open) = try await openRotation(id)
            try await vault.advance(open.onward(at: time.now.wall), of: entry.app, recording: line)
        }
        await join(known.app.name, isPatient: false)
        return try await vault.rotation(id: id).rotation
    }

    /// Call it after an operator pushed to, changed or removed one of the app's targets: a rotation that waits for a
    /// target tries at once, and one that is blocked because a target refused the new secret continues. Returns without
    /// waiting for the result.
    /// - Parameter resuming: whether the reason for a refusal may have been removed.
    package func lookAgain(atTargetsOf name: Name, resuming: Bool = true) async {
        if resuming, let entry = vault.catalog.app(name), entry.rotation?.isBlockedByTarget ?? false {
            // If this cannot be saved, the rotation stays blocked, and the status reports it.
            try? await between(entry.app) { () async throws(VaultError) in
                guard let entry = vault.catalog.app(name), let open = entry.rotation, open.isBlockedByTarget else {
                    return
                }
                try await vault.advance(open.onward(at: time.now.wall), of: entry.app)
            }
        }
        lookAgain(name, at: .current)
        lookAgain(name)
    }

    /// Cancels a rotation that has changed nothing yet. Any other can only be completed.
    package func abort(id: String, recording line: RotationLine? = nil) async throws(VaultError) {
        let (known, _) = try await openRotation(id)
        try await between(known.app) { () async throws(VaultError) in
            let (entry, open) = try await openRotation(id)
            guard case .planned(let planned) = RotationState(open) else {
                let live = open.promotedAt != nil
                throw VaultError(
                    .busy,
                    "the rotation is in state '\(open.phase.words)': "
                        + (live
                            ? "the new secret is live, so the rotation must continue"
                            : "Zoom may have made a new secret, so the rotation must continue"),
                    hint: "keyturn rotation \(live ? "finish" : "resume") \(open.id)")
            }
            try await vault.advance(
                planned.abort(at: time.now.wall, reason: "cancelled by the operator").facts, of: entry.app,
                recording: line)
        }
    }

    /// Changes the minimum time for which both secrets of the running rotation work.
    /// - Returns: the rotation; `nil` when none is running.
    package func setOverlap(_ seconds: Int, of name: Name) async throws(VaultError) -> Rotation? {
        guard let known = vault.catalog.app(name), known.rotation != nil, !vault.isOwnedElsewhere else { return nil }
        let changed = try await between(known.app) { () async throws(VaultError) -> Rotation? in
            guard let entry = vault.catalog.app(name), var open = entry.rotation else { return nil }
            open.overlap = seconds
            if open.phase == .draining { open.due = time.now.wall }
            try await vault.advance(open, of: entry.app)
            return open
        }
        // In earlier phases the change does not trigger an attempt: pauses that Zoom asked for remain.
        if changed?.phase == .draining { await join(name, isPatient: false) }
        return changed
    }

    // MARK: Parts

    private func order(_ state: RotationState, _ entry: AppEntry, _ line: RotationLine?) async throws(VaultError) {
        FaultPoint.reach(.beforeOrder)
        try await vault.advance(state.facts, of: entry.app, recording: line)
        FaultPoint.reach(.afterOrder)
    }

    private func servedApp(_ name: Name) throws(VaultError) -> App {
        guard let entry = vault.catalog.app(name) else { throw Vault.noSuchApp(name) }
        if let reason = vault.notOwned { throw reason }
        return entry.app
    }

    /// While clients can fetch nothing, no secret that they have is replaced or revoked.
    private func requireService() throws(VaultError) {
        guard let reason = unserved() else { return }
        throw VaultError(
            .busy, "\(reason), so no client could fetch the new secret", hint: "keyturn status; then repeat the command"
        )
    }

    func planned(
        _ id: String, _ entry: AppEntry, _ trigger: RotationTrigger, _ overlap: Int?
    ) async throws(VaultError) -> Rotation {
        let now = time.now.wall
        var planned = Rotation.planned(
            id: id, app: entry.app, base: entry.credential.generation, trigger: trigger,
            overlap: overlap ?? entry.app.policy.overlap, at: now)
        // Each rotation carries the calls before it. After the clock was set back, the last call may not be the newest.
        var counts: [Timestamp: Int] = [:]
        for rotation in try await vault.rotations(of: entry.app) {
            let calls = timing.recent(rotation.allCalls, now: now)
            for call in Set(calls) { counts[call] = max(counts[call] ?? 0, calls.count { $0 == call }) }
        }
        planned.otherCalls = counts.flatMap { Array(repeating: $0.key, count: $0.value) }.sorted()
        return planned
    }

    /// The rotation with this ID, if it is running.
    private func openRotation(_ id: String) async throws(VaultError) -> (AppEntry, Rotation) {
        if let reason = vault.notOwned { throw reason }
        let (rotation, app) = try await vault.rotation(id: id)
        guard let entry = vault.catalog.app(app.name), let open = entry.rotation, open.id == id else {
            throw Vault.over(app.name, rotation)
        }
        return (entry, open)
    }
}
