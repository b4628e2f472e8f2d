import PingFederate
import Rotation
import Times
import Vault

/// Whether what was pushed is there yet.
extension TargetCourier {
    enum Look: Equatable {
        /// As it was left.
        case same
        case changed
        /// The console could not be asked.
        case unseen(String)
        /// Something else is done with the target now.
        case busy
    }

    /// Compares what the console shows with what it showed after the last push, and keeps what was found.
    /// - Parameter patience: for how many seconds the end of what is done with the target now is waited for.
    func lookForChange(_ known: PushTarget, _ app: App, patience: Int = 0) async -> Look {
        let found = await alone(known, patience: patience) { () async -> Look in
            // As it is now: it may have been changed while this waited for its turn.
            guard let entry = entry(of: known) else { return .same }
            let target = entry.target
            var delivery = entry.delivery
            do {
                let session = try await ConsoleSession(target.access(), over: transport)
                let connection = try await session.connection(target.connection)
                let isChanged = try isChanged(connection, target, app, delivery)
                delivery.lookedAt = time.now.wall
                // That a push was refused is over with the next push, and not with a look.
                let isBehind = delivery.generation != vault.catalog.app(of: target)?.credential.generation
                if !isBehind || delivery.failure?.isRefusal != true { delivery.failure = nil }
                let news = isChanged && delivery.changedAt == nil ? TargetEvent.changed(target, app) : nil
                delivery.changedAt = isChanged ? delivery.changedAt ?? delivery.lookedAt : nil
                try await vault.keep(delivery, of: target, recording: news?.audited)
                if let news { note(news) }
                await learnCertificate(of: target)
                return isChanged ? .changed : .same
            } catch let failure as ConsoleFailure {
                await keep(failure, of: target, app)
                return .unseen("\(failure)")
            } catch {
                return .unseen("\(error)")
            }
        }
        return found ?? .busy
    }

    /// Whether the secret, or whose it is, is another than after the last push.
    private func isChanged(
        _ connection: SPConnection, _ target: PushTarget, _ app: App, _ delivery: Delivery
    ) throws -> Bool {
        do throws(ConsoleFailure) { try target.checkIsStill(app, connection) } catch { return true }
        let shown = try connection.encryptedValue(of: target.fields.clientSecret).map {
            try vault.fingerprint(of: $0)
        }
        return delivery.shown != nil && shown != delivery.shown
    }

    /// Why the old secret is to be kept alive for this target; `nil` when it has the new one for certain.
    func laggard(_ credential: Credential, of app: App, at target: PushTarget) async -> Laggard? {
        let name = "target '\(target.name)'"
        // One that was removed is waited for by nobody.
        guard let known = entry(of: target) else { return nil }
        guard known.delivery.generation == credential.generation else {
            return Laggard("\(name) does not have the new secret yet")
        }
        switch await lookForChange(target, app, patience: 20) {
        case .same: break
        case .changed: return Laggard("\(name) was changed outside since the last push")
        case .unseen(let reason): return Laggard("\(name) cannot be looked at: \(reason)")
        case .busy: return Laggard("\(name) is being pushed to", wait: 1)
        }
        guard let delivery = entry(of: target)?.delivery else { return nil }
        guard delivery.replicatedAt != nil else {
            return Laggard(
                "\(name) has it, and its engines not yet", wait: delivery.replicationPause(now: time.now.wall))
        }
        let left = delivery.secondsToSettle(target, now: time.now.wall)
        return left > 0 ? Laggard("\(name) has it; its engines use it in \(left) s at the latest", wait: left) : nil
    }

    private func entry(of target: PushTarget) -> TargetEntry? {
        vault.catalog.target(target.name).flatMap { $0.target.id == target.id ? $0 : nil }
    }
}
