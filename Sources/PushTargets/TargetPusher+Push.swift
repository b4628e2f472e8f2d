package import Audit
import Domain
package import PingFederate
import Rotation
package import Vault

/// One push, from reading the connection to recording the result.
extension TargetPusher {
    package enum Occasion: Equatable {
        /// The console does not have this generation yet.
        case due
        /// Somebody else changed the pushed values.
        case restoring
        /// This console cannot show whether somebody else changed them, and the old secret is about to be revoked.
        case renewing
        /// An operator asked for it: pushes even if the values are there, and over any change by others.
        case asked
    }

    func push(
        _ session: ConsoleSession, _ entry: TargetEntry, _ credential: Credential, _ app: App, _ occasion: Occasion
    ) async throws -> Delivery {
        let target = entry.target
        var restoration = entry.delivery.restoration
        if occasion == .restoring {
            // Saved before anything is sent: after a crash, the next attempt must not follow too soon.
            var tried = entry.delivery
            tried.recordRestoring(at: time.now.wall)
            try await vault.save(tried, of: target)
            restoration = tried.restoration
        }
        FaultPoint.reach(.beforePush)
        let pushed = try await session.push(
            target.changes(app, credential), secret: target.fields.clientSecret, to: target.connection
        ) { connection throws(ConsoleFailure) in
            if occasion != .asked, entry.delivery.generation != nil { try target.checkIsStill(app, connection) }
        }
        FaultPoint.reach(.afterPush)
        if occasion != .asked { try await recordDrift(before: pushed, entry, app) }
        var delivery = Delivery()
        delivery.generation = credential.generation
        delivery.before = entry.delivery.inUse
        delivery.pushedAt = time.now.wall
        delivery.savedAt = pushed.savedAt
        delivery.lookedAt = delivery.pushedAt
        delivery.known = try vault.sighting(pushed, target)
        switch occasion {
        case .restoring: restoration?.succeed(at: time.now.wall)
        // The operator knows about it.
        case .asked: restoration?.forget()
        case .due, .renewing: break
        }
        delivery.restoration = restoration
        let event: TargetEvent =
            switch occasion {
            case .restoring: .restored(target, app, credential.generation)
            case .renewing: .renewed(target, app, credential.generation)
            case .due, .asked: .pushed(target, app, credential.generation)
            }
        try await vault.save([(target, delivery)] + beside(target, pushed), recording: event.audited)
        FaultPoint.reach(.afterDeliver)
        note(event)
        return delivery
    }

    /// Records a change in the log before the push overwrites it.
    private func recordDrift(before pushed: Pushed, _ entry: TargetEntry, _ app: App) async throws {
        guard entry.delivery.drift == nil,
            case .changed(let kind, let savedAt) = try finding(entry, before: pushed)
        else { return }
        let drift = Drift(seenAt: time.now.wall, kind: kind, savedAt: savedAt)
        let event = TargetEvent.changed(entry.target, app, drift)
        var seen = entry.delivery
        seen.drift = drift
        try await vault.save(seen, of: entry.target, recording: event.audited)
        note(event)
    }

    private func finding(_ entry: TargetEntry, before pushed: Pushed) throws -> Sighting.Finding {
        Sighting.compare(
            entry.delivery.known, try vault.sighting(pushed.before.first, entry.target),
            try vault.sighting(pushed.before.second, entry.target))
    }

    /// Accepts the present values as pushed, on an operator's request. Throws if they are another app's IDs, with which
    /// the current secret cannot be there.
    /// - Returns: whether its turn came.
    package func accept(
        _ target: PushTarget, of app: App, _ access: ConsoleAccess, recording event: AuditEvent?
    ) async throws -> Bool {
        let isDone = try await exclusively(target, patience: Self.patience) { () async throws -> Bool in
            let connection = try await ConsoleSession(access, over: transport).connection(target.connection)
            try target.checkIsStill(app, connection)
            guard let entry = vault.catalog.target(target.name), entry.target.id == target.id else { return false }
            let seen = try vault.sighting(connection, target)
            let others = vault.catalog.targetsBeside(target).filter { $0.target.hasSameSecret(as: target) }
            let accepted = ([entry] + others.filter { $0.delivery.known != nil }).map { entry in
                var delivery = entry.delivery
                (delivery.known, delivery.drift) = (seen, nil)
                if entry.target.id == target.id { delivery.lookedAt = time.now.wall }
                return (target: entry.target, delivery: delivery)
            }
            try await vault.save(accepted, recording: event)
            return true
        }
        return isDone == true
    }

    /// The other targets of the connection, to which this push must not look like a change by somebody else. Changes that
    /// others made before, in another app's settings, are still reported.
    private func beside(_ target: PushTarget, _ pushed: Pushed) throws -> [(target: PushTarget, delivery: Delivery)] {
        try vault.catalog.targetsBeside(target).compactMap { other in
            var delivery = other.delivery
            guard delivery.known != nil else { return nil }
            if other.target.hasSameSecret(as: target) {
                delivery.drift = nil
            } else {
                guard case .same = try finding(other, before: pushed) else { return nil }
            }
            delivery.known = try vault.sighting(pushed, other.target)
            return (other.target, delivery)
        }
    }
}

extension PushTarget {
    /// Whether both push one app's secret into the same setting, so that facts about the secret hold for both.
    func hasSameSecret(as other: PushTarget) -> Bool {
        place == other.place && appID == other.appID && fields.clientSecret == other.fields.clientSecret
    }
}
