package import Audit
package import Domain

/// The push targets of apps, and the progress of each.
extension Vault {
    package func add(_ target: PushTarget, recording event: AuditEvent? = nil) async throws(VaultError) {
        try await change(recording: event) { transaction in
            guard try transaction.target(named: target.name) == nil else {
                throw VaultError(
                    .exists, "there already is a target '\(target.name)'",
                    hint: "choose another name, or see keyturn target show \(target.name)")
            }
            guard try transaction.record(target.appID, as: App.self) != nil else {
                throw VaultError(.notFound, "the app was removed", hint: "keyturn app list")
            }
            try transaction.checkSettings(of: target)
            try transaction.put(target)
        }
    }

    /// Removes a push target. Refused as `.busy` while a rotation has not reached all targets, unless another one pushes
    /// into the same connection: otherwise the rotation would continue and revoke the secret that is in use there.
    /// - Parameter force: removes it nevertheless.
    package func removeTarget(
        _ name: Name, force: Bool = false, recording event: AuditEvent? = nil
    ) async throws(VaultError) {
        try await change(recording: event) { transaction in
            guard let target = try transaction.target(named: name) else { throw Self.noSuchTarget(name) }
            if !force, try transaction.isWaitedFor(target) {
                throw VaultError(
                    .busy,
                    "a rotation of '\(target.app)' waits for '\(name)', and would revoke the secret that is there",
                    hint: "with another login: keyturn target add pingfederate NEW for the same connection first; "
                        + "if the console is gone: keyturn target remove \(name) --force")
            }
            try transaction.remove(from: .delivery, id: target.id)
            try transaction.remove(from: .pushTarget, id: target.id)
        }
    }

    /// Replaces the target with that ID, and its progress. Throws `.notFound` if it was removed meanwhile.
    package func set(
        _ target: PushTarget, _ delivery: Delivery, recording event: AuditEvent? = nil
    ) async throws(VaultError) {
        try await change(recording: event) { transaction in
            guard let known = try transaction.record(target.id, as: PushTarget.self) else {
                throw Self.noSuchTarget(target.name)
            }
            try transaction.checkSettings(of: target)
            try transaction.checkMove(of: known, to: target)
            try transaction.put(target)
            try transaction.put(DeliveryRecord(targetID: target.id, delivery))
        }
    }

    /// Saves the expiry of a target's pinned certificate, unless the pin has changed.
    package func save(pinExpires: Timestamp, of target: PushTarget) async throws(VaultError) {
        try await change { transaction in
            guard var known = try transaction.record(target.id, as: PushTarget.self),
                known.trust == target.trust
            else { return }
            known.pinExpires = pinExpires
            try transaction.put(known)
        }
    }

    /// Saves the progress of a target; ignores one that was removed meanwhile.
    package func save(
        _ delivery: Delivery, of target: PushTarget, recording event: AuditEvent? = nil
    ) async throws(VaultError) {
        try await save([(target, delivery)], recording: event)
    }

    /// Like ``save(_:of:recording:)``, for several targets in one commit. A target that is known to have a newer secret
    /// keeps its progress.
    package func save(
        _ deliveries: [(target: PushTarget, delivery: Delivery)], recording event: AuditEvent? = nil
    ) async throws(VaultError) {
        try await change(recording: event) { transaction in
            for (target, delivery) in deliveries
            where try transaction.record(target.id, as: PushTarget.self) != nil {
                let known = try transaction.record(target.id, as: DeliveryRecord.self)?.delivery
                if !delivery.isOlder(than: known) {
                    try transaction.put(DeliveryRecord(targetID: target.id, delivery))
                }
            }
        }
    }

    package static func noSuchTarget(_ name: Name) -> VaultError {
        VaultError(.notFound, "there is no target '\(name)'", hint: "keyturn target list")
    }
}
