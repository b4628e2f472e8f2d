import Audit
import Domain
import SocketAPI
import Vault

/// What an auditor asks for, put together from the vault and the audit log.
extension AdminCall {
    func evidence(_ wanted: EvidenceRequest) async throws(Problem) -> EvidencePage {
        let session = try session
        // A rotation of the period may have begun before it.
        var since = wanted.since
        for name in wanted.apps where session.vault.catalog.app(name) != nil {
            let begun = try await rotations.history(name).since(wanted.since).rotations.map(\.plannedAt)
            since = min(since, begun.min() ?? since)
        }
        let log: (apps: [Name: AppTrail], refusals: [CountedRefusals])
        do { log = try await session.audit.trails(of: wanted.apps, since: since) } catch { throw Self.unreadable }
        var found: [AppEvidence] = []
        var (looked, bytes) = (0, 0)
        for name in wanted.apps {
            guard bytes < Self.mostBytes else { break }
            looked += 1
            // Read after the log: what it tells is in the vault by then.
            guard let entry = session.vault.catalog.app(name), let trail = log.apps[name] else { continue }
            let history = try await rotations.history(name)
            found.append(
                AppEvidence(
                    app: name, history: history.since(wanted.since), holders: HolderList(entry).holders,
                    requests: trail.requests.map(AppEvidence.Requests.init), lines: trail.lines.map(\.text),
                    linesLeftOut: trail.leftOut, requestsLeftOut: trail.uncounted))
            bytes += trail.lines.reduce(0) { $0 + $1.text.utf8.count }
        }
        return EvidencePage(
            apps: found, refusals: log.refusals.map(EvidencePage.Refusals.init), rest: wanted.apps.count - looked)
    }

    /// The lines of an answer are at most these, and one app's: clients read answers of 64 MiB at most.
    private static let mostBytes = 24 << 20
}

extension EvidencePage.Refusals {
    fileprivate init(_ found: CountedRefusals) {
        self.init(uid: found.uid, first: found.first, last: found.last, count: found.count)
    }
}

extension AppEvidence.Requests {
    fileprivate init(_ found: AppTrail.Requests) {
        self.init(
            action: found.action, outcome: found.outcome, client: found.client, uid: found.uid,
            generation: found.generation, first: found.first, last: found.last, count: found.count)
    }
}
