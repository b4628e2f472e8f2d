package import Domain
import Rotation
import Tokens
package import Vault

/// The work itself.
extension Scheduler {
    /// Seconds until the next attempt after a failure that may be temporary.
    private static let pause = (rotation: 60, step: 5, token: 900, probe: 900)

    func carryOut(_ work: Work, _ entry: AppEntry) async {
        switch work {
        case .rotation: entry.rotation == nil ? await begin(entry) : await carryOn(entry)
        case .token: await refresh(entry)
        case .probe: await probe(entry)
        case .candidate:
            await engine.judgeCandidates(of: entry.app.name)
            // One whose commit failed is still due.
            rest(.candidate, entry.app.name, Self.pause.rotation)
        }
    }

    private func begin(_ entry: AppEntry) async {
        let name = entry.app.name
        expect(entry.credential.generation, name)
        do throws(VaultError) {
            _ = try await engine.rotate(name, trigger: .schedule, overlap: nil, id: makeID())
        } catch {
            // No rotation was started, so none has failed.
            expect(nil, name)
            rest(.rotation, name, Self.pause.rotation)
        }
    }

    private func carryOn(_ entry: AppEntry) async {
        await engine.carryOn(entry.app.name)
        // A step whose commit failed has made no progress and is still due.
        guard let after = vault.catalog.app(entry.app.name)?.rotation, let before = entry.rotation,
            after.id == before.id, after.phase == before.phase, after.due == before.due
        else { return }
        rest(.rotation, entry.app.name, Self.pause.step)
    }

    private func refresh(_ entry: AppEntry) async {
        do throws(TokenFailure) { _ = try await tokens.attempt(entry.app.name) } catch {
            rest(.token, entry.app.name, error.wait(or: Self.pause.token))
        }
    }

    private func probe(_ entry: AppEntry) async {
        let name = entry.app.name
        let found: SchedulerState.Probe
        do throws(TokenFailure) {
            let token = try await tokens.attempt(name).token
            // Zoom omits the scopes for a while after a change: then the last result counts. [seen]
            let known = unsaved[entry].probe.flatMap { $0.generation == token.generation ? $0.missingScopes : nil }
            found = SchedulerState.Probe(
                generation: token.generation, at: time.now.wall, missingScopes: token.scopes.map(lacking) ?? known ?? []
            )
        } catch {
            guard case .refused(let failure, nextAttempt: nil) = error else {
                // Until this is settled, a secret from a backup is not served.
                return rest(.probe, name, max(error.wait(or: 0), entry.isSuspect ? 5 : Self.pause.probe))
            }
            found = SchedulerState.Probe(
                generation: entry.credential.generation, at: time.now.wall, cause: failure.cause, reason: failure.detail
            )
        }
        guard let now = vault.catalog.app(name), now.app.id == entry.app.id else { return }
        unsaved[now].probe = found
        await lookAtScope(now, isTaken: found.cause == nil)
        note(.probed(name, found, isRotating: now.rotation != nil))
    }

    /// Whether an app with automatic rotation can be rotated. If Zoom does not say, the last result counts until
    /// tomorrow.
    private func lookAtScope(_ entry: AppEntry, isTaken: Bool) async {
        guard entry.app.policy.every != nil else { return }
        let found = isTaken ? await mayRotate(entry) : nil
        guard let now = vault.catalog.app(entry.app.name), now.app.id == entry.app.id else { return }
        unsaved[now].scope = found ?? SchedulerState.RotationScope(at: time.now.wall, lack: unsaved[now].scope?.lack)
    }

    /// Rotates everything that is due, one after the other, for scheduled jobs: not spread out, and inside or outside
    /// windows. Skips apps that rest after a failed rotation.
    /// - Returns: the apps whose rotation was started.
    package func rotateDue() async -> [App] {
        let now = time.now.wall
        var recurrences = Recurrences()
        var found: [(due: Timestamp, entry: AppEntry)] = []
        for entry in vault.catalog.entries {
            let due = RotationDue(
                entry, schedulerState: unsaved[entry], recurrence: try? recurrences.of(entry.app), now: now,
                catchingUp: false)
            guard let due, due.planned <= now, !due.isResting(unsaved[entry], entry, now: now) else { continue }
            found.append((due.planned, entry))
        }
        let entries = found.sorted { ($0.due, $0.entry.app.name) < ($1.due, $1.entry.app.name) }.map(\.entry)
        var taken: [App] = []
        for entry in entries where vault.catalog.app(entry.app.name)?.rotation == nil {
            await begin(entry)
            taken.append(entry.app)
        }
        return taken
    }
}

extension TokenFailure {
    /// Seconds until the next attempt, if known; else `pause`.
    fileprivate func wait(or pause: Int) -> Int {
        switch self {
        case .unavailable(_, let retryAfter): retryAfter
        case .refused(_, let next): next ?? pause
        case .noSuchApp, .tooShort: pause
        }
    }
}

/// What the scheduler did, for the log.
package enum SchedulerEvent: Sendable {
    case probed(Name, SchedulerState.Probe, isRotating: Bool)
    /// What was learnt about apps is only in memory.
    case notSaved(VaultError)
}
