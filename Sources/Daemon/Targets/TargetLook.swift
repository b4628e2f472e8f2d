import PingFederate
import Rotation
import Times
import Vault

/// Whether what was pushed is there yet.
extension TargetCourier {
    enum Look: Equatable {
        /// As it was left, as far as the console lets it be told.
        case same(Sighting.Basis)
        case changed(Drift)
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
            guard let entry = entry(of: known) else { return .same(.nothing) }
            let target = entry.target
            var delivery = entry.delivery
            do {
                let session = try await ConsoleSession(target.access(), over: transport)
                let (finding, seen) = try await compare(session, target, app, delivery.known)
                let now = time.now.wall
                delivery.lookedAt = now
                delivery.correctRestoration(now: now)
                _ = delivery.correctReplication(now: now)
                // That a push was refused is over with the next push, and not with a look.
                let isBehind = delivery.generation != vault.catalog.app(of: target)?.credential.generation
                if !isBehind || delivery.failure?.isRefusal != true { delivery.failure = nil }
                let look: Look
                var news: TargetEvent?
                switch finding {
                case .same(let basis):
                    delivery.known = delivery.known?.updated(basis, seen) ?? seen
                    delivery.drift = nil
                    look = .same(basis)
                case .changed(let kind, let savedAt):
                    let drift = Drift(seenAt: delivery.drift?.seenAt ?? now, kind: kind, savedAt: savedAt)
                    if delivery.drift == nil { news = .changed(target, app, drift) }
                    delivery.drift = drift
                    look = .changed(drift)
                case .lookAgain: return .unseen("the console was not looked at twice")
                }
                try await vault.keep(delivery, of: target, recording: news?.audited)
                if let news { note(news) }
                await learnCertificate(of: target)
                return look
            } catch let failure as ConsoleFailure {
                await keep(failure, of: target, app)
                return .unseen("\(failure)")
            } catch {
                return .unseen("\(error)")
            }
        }
        return found ?? .busy
    }

    /// Looks once, and a second time where that tells more.
    /// - Returns: what it tells, and what was seen last.
    private func compare(
        _ session: ConsoleSession, _ target: PushTarget, _ app: App, _ known: Sighting?
    ) async throws -> (Sighting.Finding, Sighting) {
        let connection = try await session.connection(target.connection)
        let first = try vault.sighting(connection, target)
        do throws(ConsoleFailure) { try target.checkIsStill(app, connection) } catch {
            return (.changed(.identity, savedAt: first.savedAt), first)
        }
        let finding = Sighting.compare(known, first)
        guard finding == .lookAgain else { return (finding, first) }
        let second = try vault.sighting(try await session.connection(target.connection), target)
        return (Sighting.compare(known, first, second), second)
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
        case .changed(let drift): return Laggard("\(name) was changed outside since the last push: \(drift.words)")
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
