import Domain
import SecretMemory
import Vault

/// Moves Zoom's answers into the vault: new ones, and those that an earlier process left in the spool.
extension RotationEngine {
    /// Returns when the vault has the answer. The secret in it exists nowhere else, so this never gives up; once it is in
    /// a file, the process may end.
    func receive(_ answer: SecretBox, _ intended: Intended, _ app: App) async {
        let now = time.now.wall
        let facts = intended.receive(answer, at: now).facts
        var file: SpoolFile?
        var attempts = 0
        defer {
            report.set(nil, for: app.name)
            failedCommits.forget(app)
        }
        FaultPoint.reach(.beforeSpool)
        while true {
            do throws(VaultError) {
                try await vault.advance(facts, of: app)
                FaultPoint.reach(.afterSpool)
                return await spool.settle(app, file)
            } catch {
                switch error.code {
                // A closed vault does not open again under this engine: its owner did not wait.
                case .closed, .store(.closed): return
                // The operator removed the app with force.
                case .notFound: return
                default: break
                }
                if file == nil { file = await spool.save(answer, intended.facts, app, because: error) }
                if file != nil, isStopping { return }
                // A rotation that is over does not get it any more.
                if file != nil, error.code == .ended { return spool.lookAgain(app) }
                refuseTurns(app.id)
                attempts += 1
                failedCommits.record(error, of: app, next: time.now.wall + 5)
            }
            try? await Task.sleep(for: .milliseconds(Backoff(first: 200, longest: 5000).bound(after: attempts)))
        }
    }

    /// Moves a found answer into the vault.
    /// - Returns: whether there was one, so that the rotation now has it.
    func takeFound(_ rotation: Rotation, _ entry: AppEntry) async throws(VaultError) -> Bool {
        let app = entry.app
        for found in spool.answers(to: rotation) {
            switch spool.claim(found.answer, for: rotation, of: entry) {
            case .take:
                guard let state = RotationState(rotation).finding(found.answer.answer, at: time.now.wall) else {
                    continue
                }
                FaultPoint.reach(.beforeClaim)
                do throws(VaultError) { try await vault.advance(state.facts, of: app) } catch {
                    report.update(.found(found.file, of: app, error.detail))
                    throw error
                }
                FaultPoint.reach(.afterClaim)
                note(.found(app.name, file: found.file.name))
                await spool.forget(found, of: rotation)
                return true
            case .free: await spool.forget(found, of: rotation)
            case .setAside:
                try await spool.setAside(found.answer, of: app)
                await spool.forget(found, of: rotation)
            case .wait, .none: break
            }
        }
        return false
    }

    /// - Returns: whether every answer in the spool that this vault sealed opens with the vault's present keys, and not
    ///   with older ones.
    package func renewSpool() async -> Bool { await spool.renew() }
}
