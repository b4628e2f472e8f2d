import Domain
import PingFederate
import Vault

/// Whether what was pushed is there yet.
extension TargetPusher {
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
        let found = await exclusively(known, patience: patience) { () async -> Look in
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
                delivery.disprove(.access)
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
                await keep(failure, .access, of: target, app)
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

    func entry(of target: PushTarget) -> TargetEntry? {
        vault.catalog.target(target.name).flatMap { $0.target.id == target.id ? $0 : nil }
    }
}
