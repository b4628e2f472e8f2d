import Doctor
import Domain
import Health
import SocketAPI
import SocketServer
import Synchronization
import Vault

/// The sources of the metrics.
struct MetricsSource: Sendable {
    let gate: VaultController
    /// The agent socket's server; `nil` before it exists.
    let agent: AgentServer
    let notifier: AlertNotifier
    let paths: Paths
    let status: StatusReport

    func answer(_ dialect: OpenMetrics.Dialect) async -> RenderedResponse {
        let session = gate.session
        var report = MetricsReport(version: status.version, startedAt: status.started.wall, now: status.time.now)
        report.disk = DiskRoom(at: paths.stateDirectory)
        report.fetches = gate.fetches.all
        let latency = await agent.server?.latency() ?? ServerLatency()
        (report.fromMemory, report.fromZoom) = (.init(latency.immediate), .init(latency.waiting))
        report.events = gate.events.counts
        report.alerts = await notifier.severities
        report.channels = await notifier.channelStates
        report.unlocked = session.map { session in
            let vitals = session.vitals
            return MetricsReport.Unlocked(vitals, problems: status.issues(vitals))
        }
        return Response(.ok).render(dialect == .text ? .prometheusText : .openMetrics, body: report.text(dialect))
    }
}

extension OpenMetrics.Histogram {
    init(_ latency: Latency) {
        self.init(
            bounds: Latency.bounds.map(\.label), cumulative: latency.cumulative, seconds: Double(latency.sum) / 1e9)
    }
}

/// The agent socket's server, once it exists.
final class AgentServer: Sendable {
    private let state = Mutex<Server?>(nil)

    var server: Server? {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// Serves only the metrics, over loopback, for a scraper. Any local user may read them: they contain names of apps,
/// clients and targets, but no secret. A web page in a local browser may not.
struct MetricsRoutes: Responder {
    let cache: MetricsCache
    let address: LoopbackAddress
    let methods = [Method.get, .head]

    func needs(of caller: Identity) -> IdentityNeeds { [] }

    func standing(of caller: Identity) -> Standing { .known }

    func respond(to request: Request, from caller: Identity, _: inout AnyObject?) -> Reply {
        do throws(Problem) {
            guard address.isMeant(by: request.host) else {
                throw Problem(.badRequest, "the Host field is not this address", try: "http://\(address)/metrics")
            }
            guard request.target.matches("/metrics") else { throw Refusal.noSuchRoute }
            guard methods.contains(request.method) else { throw Refusal.method(methods) }
            try request.target.allowQuery([])
            return .later { [cache] in RecordedResponse(await cache.answer) }
        } catch {
            return .now(.refusing(error))
        }
    }
}
