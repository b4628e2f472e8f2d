package import Audit
import Names
import Synchronization
import Times

/// What a rotation changes in the vault. Each call is one durable commit: the rotation's own facts, and with them
/// whatever else must be true from the same moment on.
extension Vault {
    /// Begins a rotation, of which an app has one at a time.
    /// - Parameter line: what the audit log tells of it, when somebody asked for it.
    package func begin(
        _ rotation: Rotation, of app: App, recording line: RotationLine? = nil
    ) async throws(VaultError) {
        let rotation = rotation.stamped(after: nil, at: time.now.wall)
        try await change(recording: { line?(rotation) ?? .moved(rotation, of: app) }) { [catalog] transaction in
            guard let entry = catalog.app(app.name), entry.app.id == app.id else { throw Self.noSuchApp(app.name) }
            if let open = entry.rotation { throw Self.busy(app.name, open) }
            try transaction.put(RotationRecord(rotation))
        } committed: { [catalog] in
            catalog.update(app, by: rotation)
        }
    }

    /// Keeps the facts of the next state.
    package func advance(
        _ rotation: Rotation, of app: App, recording line: RotationLine? = nil
    ) async throws(VaultError) {
        let rotation = rotation.stamped(after: catalog.app(app.name)?.rotation, at: time.now.wall)
        try await change(recording: { [catalog] in
            if let line { return line(rotation) }
            // To look again later at the same is no event.
            let known = catalog.app(app.name)?.rotation
            let isNews = known?.phase != rotation.phase || known?.reason != rotation.reason
            return isNews ? .moved(rotation, of: app) : nil
        }) { [catalog] transaction in
            guard catalog.app(app.name)?.app.id == app.id else { throw Self.noSuchApp(app.name) }
            try transaction.put(RotationRecord(rotation))
        } committed: { [catalog] in
            catalog.update(app, by: rotation)
        }
    }

    /// Makes the new secret current and the old one previous, in one commit with the rotation's facts.
    package func promote(_ credential: Credential, by rotation: Rotation, of app: App) async throws(VaultError) {
        let rotation = rotation.stamped(after: catalog.app(app.name)?.rotation, at: time.now.wall)
        try await change(recording: { .moved(rotation, of: app) }) { [catalog] transaction in
            guard let entry = catalog.app(app.name), entry.app.id == app.id else { throw Self.noSuchApp(app.name) }
            guard entry.credential.generation == rotation.base, credential.generation == rotation.target else {
                throw VaultError(.library, "the rotation replaces generation \(rotation.base), which is not current")
            }
            // What a rotation that was superseded has left: the secret that takes over is proven.
            if let stale = entry.previous, stale.generation != rotation.base {
                try transaction.remove(from: .generation, id: GenerationRecord.id(appID: app.id, stale.generation))
            }
            // First the old one: there is never a moment with two current ones, nor a row of the schema for it.
            try transaction.put(GenerationRecord(appID: app.id, entry.credential.becoming(.previous)))
            try transaction.put(GenerationRecord(appID: app.id, credential))
            try transaction.put(RotationRecord(rotation))
        } committed: { [catalog] in
            catalog.update(app, by: rotation) { entry in
                entry.previous = entry.credential.becoming(.previous)
                entry.credential = credential
                entry.refusals = nil
            }
        }
    }

    /// Forgets the old secret, which Zoom takes no longer, in one commit with the rotation's facts.
    /// - Parameter next: a rotation that begins with the same commit.
    package func retire(
        by rotation: Rotation, beginning next: Rotation? = nil, of app: App
    ) async throws(VaultError) {
        let next = next?.stamped(after: nil, at: time.now.wall)
        try await change(recording: { .moved(rotation, of: app) }) { transaction in
            try transaction.remove(
                from: .generation, id: GenerationRecord.id(appID: app.id, rotation.base))
            try transaction.put(RotationRecord(rotation))
            if let next { try transaction.put(RotationRecord(next)) }
        } committed: { [catalog] in
            catalog.update(app, by: rotation) { $0.previous = nil }
            if let next { catalog.update(app, by: next) }
        }
    }

    /// Ends a rotation and begins another in its place, in one commit. No secret is forgotten: the next promotion does that.
    package func supersede(
        _ ended: Rotation, by next: Rotation, of app: App, recording line: RotationLine? = nil
    ) async throws(VaultError) {
        let next = next.stamped(after: nil, at: time.now.wall)
        try await change(recording: { line?(next) ?? .moved(next, of: app) }) { [catalog] transaction in
            guard catalog.app(app.name)?.app.id == app.id else { throw Self.noSuchApp(app.name) }
            try transaction.put(RotationRecord(ended))
            try transaction.put(RotationRecord(next))
        } committed: { [catalog] in
            catalog.update(app, by: ended)
            catalog.update(app, by: next)
        }
    }

    /// Changes who an app is at Zoom, whose account ID or client ID was wrong. The secret stays and gets the next
    /// generation, so that everybody who holds the old IDs sees that there is something newer.
    package func identify(_ app: App, recording event: AuditEvent? = nil) async throws(VaultError) {
        // Not decided before the transaction: a rotation may begin meanwhile.
        let renewed = Mutex<Credential?>(nil)
        try await change(recording: { event }) { [catalog] transaction in
            guard let entry = catalog.app(app.name), entry.app.id == app.id else { throw Self.noSuchApp(app.name) }
            if let open = entry.rotation { throw Self.busy(app.name, open) }
            let old = entry.credential
            let new = Credential(
                generation: app.next(after: old.generation), state: .current, clientSecret: old.clientSecret,
                createdAt: old.createdAt, suspectSince: old.suspectSince)
            try transaction.remove(from: .generation, id: GenerationRecord.id(appID: app.id, old.generation))
            try transaction.put(GenerationRecord(appID: app.id, new))
            try transaction.put(AppRecord(app))
            // They are of another app of Zoom's.
            try transaction.remove(from: .token, id: app.id)
            try transaction.remove(from: .refusals, id: app.id)
            renewed.withLock { $0 = new }
        } committed: { [catalog] in
            catalog.update(app) { entry in
                entry.app = app
                if let new = renewed.withLock({ $0 }) { entry.credential = new }
                entry.token = nil
                entry.refusals = nil
            }
        }
    }

    /// Changes how an app is described or rotated; its name and its identity at Zoom stay.
    package func update(_ app: App, recording event: AuditEvent? = nil) async throws(VaultError) {
        try await change(recording: { event }) { transaction in
            guard try transaction.record(app.id, as: AppRecord.self) != nil else { throw Self.noSuchApp(app.name) }
            try transaction.put(AppRecord(app))
        } committed: { [catalog] in
            catalog.update(app) { $0.app = app }
        }
    }

    /// Keeps what clients hold of some apps, in one commit.
    package func keep(_ receipts: [(app: App, receipt: Receipt)]) async throws(VaultError) {
        try await change { transaction in
            // An app that was removed meanwhile is left out: nobody holds anything of it.
            for (app, receipt) in receipts where try transaction.record(app.id, as: AppRecord.self) != nil {
                try transaction.put(ReceiptRecord(appID: app.id, receipt))
            }
        } committed: { [catalog] in
            for (app, receipt) in receipts { catalog.update(app) { $0.receipts[receipt.client] = receipt } }
        }
    }

    /// Keeps what the scheduler remembers of some apps, in one commit.
    package func keep(_ upkeep: [(app: App, upkeep: Upkeep)]) async throws(VaultError) {
        try await change { transaction in
            // An app that was removed meanwhile is left out: there is nothing to remember of it.
            for (app, upkeep) in upkeep where try transaction.record(app.id, as: AppRecord.self) != nil {
                try transaction.put(UpkeepRecord(appID: app.id, upkeep))
            }
        } committed: { [catalog] in
            for (app, upkeep) in upkeep { catalog.update(app) { $0.upkeep = upkeep } }
        }
    }

    /// All rotations of an app, oldest first.
    package func rotations(of app: App) async throws(VaultError) -> [Rotation] {
        do {
            return try await store.read { [self] transaction in
                let sealer = sealer
                var found: [Rotation] = []
                try transaction.forEachRow(in: .rotation, ofApp: app.id) {
                    found.append(try sealer.open($0, as: RotationRecord.self).rotation)
                }
                return found.sorted { $0.isBefore($1) }
            }
        } catch {
            throw VaultError(translating: error)
        }
    }
}

extension Rotation {
    /// Several may have been planned within one second: of these, the one that replaced the older secret came first, and
    /// of two that were to replace the same one, that which came to nothing.
    fileprivate func isBefore(_ other: Rotation) -> Bool {
        let never = Timestamp(unixSeconds: .max)
        return (plannedAt, base, endedAt ?? never) < (other.plannedAt, other.base, other.endedAt ?? never)
    }
}

/// What the audit log tells of a rotation that somebody had a hand in.
package typealias RotationLine = @Sendable (Rotation) -> AuditEvent

extension Rotation {
    /// Which secret is replaced by which, and until when Zoom takes the old one: from the audit log alone it must be known
    /// what a restored backup has not.
    package var generationMembers: [(name: String, value: AuditEvent.Value)] {
        [("generation", .number(base.number)), ("new_generation", .number(target.number))]
            + (revokeAt.map { [("revoke_at", .text($0.description))] } ?? [])
    }
}

extension AuditEvent {
    /// A rotation that went on by itself.
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
