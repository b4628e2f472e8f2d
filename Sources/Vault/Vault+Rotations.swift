package import Audit
import Domain

/// The changes of a rotation. Each call is one durable commit: the rotation's own facts, and everything else that must
/// change at the same moment.
extension Vault {
    /// Starts a rotation. An app has one at a time.
    /// - Parameter line: for the audit log, if somebody requested it.
    package func begin(
        _ rotation: Rotation, of app: App, recording line: RotationLine? = nil
    ) async throws(VaultError) {
        let rotation = rotation.stamped(after: nil, at: time.now.wall)
        try await change(recording: line?(rotation) ?? .moved(rotation, of: app)) { transaction in
            try transaction.check(app)
            if let open = try transaction.openRotation(ofApp: app.id) { throw Self.busy(app.name, open) }
            try transaction.put(rotation)
        }
    }

    /// Saves the facts of the next state.
    package func advance(
        _ rotation: Rotation, of app: App, recording line: RotationLine? = nil
    ) async throws(VaultError) {
        let now = time.now.wall
        try await change { transaction in
            try transaction.check(app)
            let known = try transaction.underWay(rotation, of: app)
            let rotation = rotation.stamped(after: known, at: now)
            try transaction.setAside(from: known, to: rotation, at: now)
            try transaction.put(rotation)
            if let line { return transaction.audit(line(rotation)) }
            // Repeating an attempt with the same result is not an event.
            let isNews = known.phase != rotation.phase || known.reason != rotation.reason
            if isNews { transaction.audit(.moved(rotation, of: app)) }
        }
    }

    /// Makes the new secret current and the old one previous, in one commit with the rotation's facts. Clears refusals,
    /// which concerned the old secret.
    package func promote(_ credential: Credential, by rotation: Rotation, of app: App) async throws(VaultError) {
        let now = time.now.wall
        try await change { transaction in
            guard let entry = try transaction.entry(ofApp: app.id) else { throw Self.noSuchApp(app.name) }
            guard entry.credential.generation == rotation.base, credential.generation == rotation.target else {
                throw VaultError(.library, "the rotation replaces generation \(rotation.base), which is not current")
            }
            let known = try transaction.underWay(rotation, of: app)
            try transaction.setAside(from: known, to: rotation, promoted: credential.clientSecret, at: now)
            try transaction.remove(
                from: .candidate, id: try transaction.candidateID(of: credential.clientSecret, app.id))
            // Left by a rotation that was superseded; the secret that takes over is verified.
            if let stale = entry.previous {
                try transaction.remove(from: .generation, id: GenerationRecord.id(appID: app.id, stale.generation))
            }
            // The old one first: there must never be two current ones, and the schema forbids it.
            try transaction.put(GenerationRecord(appID: app.id, entry.credential.becoming(.previous)))
            try transaction.put(GenerationRecord(appID: app.id, credential))
            try transaction.remove(from: .refusals, id: app.id)
            let rotation = rotation.stamped(after: known, at: now)
            try transaction.put(rotation)
            transaction.audit(.moved(rotation, of: app))
        }
    }

    /// Removes the old secret, which Zoom no longer accepts, in one commit with the rotation's facts.
    /// - Parameter next: a rotation that starts in the same commit.
    package func retire(
        by rotation: Rotation, beginning next: Rotation? = nil, of app: App
    ) async throws(VaultError) {
        let next = next?.stamped(after: nil, at: time.now.wall)
        try await change(recording: .moved(rotation, of: app)) { transaction in
            guard try transaction.secrets(ofApp: app.id).entry?.credential.generation != rotation.base else {
                throw VaultError(.library, "generation \(rotation.base) is current, and is not forgotten")
            }
            try transaction.check(app)
            _ = try transaction.underWay(rotation, of: app)
            try transaction.remove(
                from: .generation, id: GenerationRecord.id(appID: app.id, rotation.base))
            try transaction.put(rotation)
            if let next { try transaction.put(next) }
        }
    }

    /// Ends a rotation and starts another in its place, in one commit. No secret is removed; the next promotion does
    /// that.
    package func supersede(
        _ ended: Rotation, by next: Rotation, of app: App, recording line: RotationLine? = nil
    ) async throws(VaultError) {
        let now = time.now.wall
        let next = next.stamped(after: nil, at: now)
        try await change(recording: line?(next) ?? .moved(next, of: app)) { transaction in
            try transaction.check(app)
            try transaction.setAside(from: try transaction.underWay(ended, of: app), to: ended, at: now)
            try transaction.put(ended)
            try transaction.put(next)
        }
    }

    /// Changes an app's account ID or client ID, which were wrong. The secret stays and gets the next generation, so that
    /// holders of the old IDs see that there is something newer.
    /// - Parameter edit: changes the app as it is in the vault at that moment.
    package func identify(
        _ app: App, recording event: AuditEvent? = nil, _ edit: @escaping @Sendable (inout App) throws -> Void
    ) async throws(VaultError) {
        try await change(recording: event) { transaction in
            try transaction.identify(app, edit)
        }
    }

    /// Changes an app's description or policy; its name and its identity at Zoom stay.
    /// - Parameter edit: changes the app as it is in the vault at that moment.
    package func update(
        _ app: App, recording event: AuditEvent? = nil, _ edit: @escaping @Sendable (inout App) throws -> Void
    ) async throws(VaultError) {
        try await change(recording: event) { transaction in
            try transaction.update(app, edit)
        }
    }

    /// Saves what clients hold of some apps, in one commit. Receipts that are not news are ignored.
    package func save(_ receipts: [(app: App, receipt: Receipt)]) async throws(VaultError) {
        try await change { transaction in
            // An app that was removed meanwhile is skipped: it has no holders.
            for (app, receipt) in receipts where try transaction.record(app.id, as: App.self) != nil {
                let record = ReceiptRecord(
                    id: try transaction.sealer.receiptID(of: receipt.holder, app), appID: app.id, receipt)
                let known = try transaction.record(record.id, as: ReceiptRecord.self)?.receipt
                if known.map({ receipt.isNews(beside: $0) }) ?? true { try transaction.put(record) }
            }
        }
    }

    /// Saves what the scheduler remembers about some apps, in one commit.
    package func save(_ states: [(app: App, state: SchedulerState)]) async throws(VaultError) {
        try await change { transaction in
            // An app that was removed meanwhile is skipped.
            for (app, state) in states where try transaction.record(app.id, as: App.self) != nil {
                let known = try transaction.record(app.id, as: SchedulerStateRecord.self)?.schedulerState
                try transaction.put(SchedulerStateRecord(appID: app.id, state.merged(over: known)))
            }
        }
    }

    /// All rotations of an app, oldest first.
    package func rotations(of app: App) async throws(VaultError) -> [Rotation] {
        do {
            return try await store.read { [self] transaction in
                let sealer = sealer
                var found: [Rotation] = []
                try transaction.forEachRow(in: .rotation, ofApp: app.id) {
                    found.append(try sealer.open($0, as: Rotation.self))
                }
                return found.sorted { $0.isBefore($1) }
            }
        } catch {
            throw VaultError(translating: error)
        }
    }
}

extension Rotation {
    /// Several may have been planned within one second. The one that replaced the older secret came first; of two that
    /// were to replace the same secret, the failed one.
    fileprivate func isBefore(_ other: Rotation) -> Bool {
        let never = Timestamp(unixSeconds: .max)
        return (plannedAt, base, endedAt ?? never) < (other.plannedAt, other.base, other.endedAt ?? never)
    }
}

/// Creates the audit event of a rotation that somebody requested.
package typealias RotationLine = @Sendable (Rotation) -> AuditEvent

extension Rotation {
    /// Which secret is replaced by which, until when Zoom accepts the old one, and by which call: after a restore, the
    /// audit log alone must show what the backup lacks.
    package var generationMembers: [(name: String, value: AuditEvent.Value)] {
        [("generation", .number(base.number)), ("new_generation", .number(target.number))]
            + (oldExpires.map { [("revoke_at", .text($0.description))] } ?? [])
            + (lastCall.map { [("call", .text($0.id))] } ?? [])
    }
}

extension AuditEvent {
    /// The event of a rotation that continued automatically.
    static func moved(_ rotation: Rotation, of app: App) -> AuditEvent {
        var members: [(name: String, value: Value)] = [
            ("app", .text(app.name.description)), ("rotation", .text(rotation.id)),
            ("actor", .text("keyturnd")),
        ]
        members += rotation.generationMembers
        if let reason = rotation.reason { members.append(("reason", .text(reason))) }
        return AuditEvent(.init("rotation.\(rotation.phase.rawValue)"), .done, members)
    }
}
