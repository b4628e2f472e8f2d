import SocketAPI
import Times
import Vault

/// Where the numbers come from.
struct MetricsSource: Sendable {
    let gate: VaultGate
    /// Of the agent socket.
    let tallies: SocketTallies
    let bell: AlarmBell
    let places: Places
    let status: StatusReport

    func answer(_ dialect: OpenMetrics.Dialect) async -> RenderedResponse {
        let session = gate.session
        var report = MetricsReport(version: status.version, startedAt: status.startedAt, now: status.time.now)
        report.disk = DiskSpace(at: places.stateDirectory)
        report.sockets = await tallies.total()
        report.events = gate.events.counts
        report.alarms = await bell.raised.map(\.severity)
        report.alarmsOwed = await bell.owed
        report.unlocked = session.map { session in
            MetricsReport.Unlocked(
                vault: session.vault, resealing: session.keys.progress, auditLag: session.audit.lag,
                problems: Dictionary(status.problems(session).map { ($0.code, 1) }, uniquingKeysWith: +))
        }
        return Response(.ok).render(dialect == .text ? .prometheusText : .openMetrics, body: report.text(dialect))
    }
}

/// The numbers over loopback, for a scraper, and nothing else. Whoever is on this machine may read them: they hold names of
/// apps, clients and targets, and no secret.
struct MetricsRoutes: Responder {
    let source: MetricsSource
    let methods = [Method.get]

    func needs(of caller: Identity) -> IdentityNeeds { [] }

    func respond(to request: Request, from caller: Identity) -> Reply {
        do throws(Problem) {
            guard request.target.matches("/metrics") else { throw Refusal.noSuchRoute }
            guard request.method == .get else { throw Refusal.method(methods) }
            try request.target.allowQuery([])
            return .later { [source] in Answer(await source.answer(.openMetrics)) }
        } catch {
            return .now(.refusing(error))
        }
    }
}
