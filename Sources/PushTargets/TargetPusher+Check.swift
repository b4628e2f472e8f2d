import Domain
import PingFederate
import Vault

/// Checks whether the pushed values are still there.
extension TargetPusher {
    enum Look: Equatable {
        /// Unchanged, as far as the console shows it.
        case same(Sighting.Basis)
        case changed(Drift)
        /// The console could not be reached.
        case unseen(String)
        /// Another operation is using the target.
        case busy
    }

    /// Compares what the console shows with what was recorded after the last push, and saves the result.
    /// - Parameter patience: how many seconds to wait for another operation on the target.
    func lookForChange(_ known: PushTarget, _ app: App, patience: Int = 0) async -> Look {
        let found = await exclusively(known, patience: patience) { () async -> Look in
            // Read again: it may have changed while this waited for its turn.
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
                case .lookAgain: return .unseen("the console could not be read twice")
                }
                try await vault.save(delivery, of: target, recording: news?.audited)
                if let news { note(news) }
                await learnCertificate(of: target)
                return look
            } catch let failure as ConsoleFailure {
                await save(failure, .access, of: target, app)
                return .unseen("\(failure)")
            } catch {
                return .unseen("\(error)")
            }
        }
        return found ?? .busy
    }

    /// Reads the connection once, and a second time if that reveals more.
    /// - Returns: the result, and what was read last.
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
