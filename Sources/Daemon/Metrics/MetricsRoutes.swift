import Doctor
import Domain
import Health
import SocketAPI
import SocketServer
import Synchronization
import Vault

/// Where the numbers come from.
struct MetricsSource: Sendable {
    let gate: VaultController
    /// Of the agent socket; `nil` before it is there.
    let agent: AgentServer
    let notifier: AlertNotifier
    let places: Places
    let status: StatusReport

    func answer(_ dialect: OpenMetrics.Dialect) async -> RenderedResponse {
        let session = gate.session
        var report = MetricsReport(version: status.version, startedAt: status.started.wall, now: status.time.now)
        report.disk = DiskRoom(at: places.stateDirectory)
        report.fetches = gate.fetches.all
        let latency = await agent.server?.latency() ?? ServerLatency()
        (report.fromMemory, report.fromZoom) = (.init(latency.immediate), .init(latency.waiting))
        report.events = gate.events.counts
        report.alerts = await notifier.severities
        report.alertsUndelivered = await notifier.owed
        report.unlocked = session.map { session in
            let vitals = session.vitals
            return MetricsReport.Unlocked(vitals, problems: status.problems(vitals))
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

/// The agent socket's server, once it is there.
final class AgentServer: Sendable {
    private let state = Mutex<Server?>(nil)

    var server: Server? {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// The numbers for whoever is on this machine, who may ask as often as he likes: they are gathered once a second at most, one
/// time after the other.
actor MetricsDesk {
    private let time: any TimeSource
    private let gather: @Sendable () async -> RenderedResponse
    private var last: (second: Int, answer: Task<RenderedResponse, Never>)?
    private var isGathering = false

    init(_ time: any TimeSource, _ gather: @escaping @Sendable () async -> RenderedResponse) {
        self.time = time
        self.gather = gather
    }

    var answer: RenderedResponse {
        get async {
            let second = time.now.boot
            if let last, isGathering || last.second == second { return await last.answer.value }
            isGathering = true
            let gathering = Task { [gather] in await gather() }
            last = (second, gathering)
            let answer = await gathering.value
            isGathering = false
            return answer
        }
    }
}

/// The numbers over loopback, for a scraper, and nothing else. Whoever is on this machine may read them: they hold names of
/// apps, clients and targets, and no secret. A web page that a browser on this machine shows may not.
struct MetricsRoutes: Responder {
    let desk: MetricsDesk
    let address: LoopbackAddress
    let methods = [Method.get, .head]

    /// Scrapers are few. What they take is not to be missing where secrets are asked for.
    static let connections = 32

    func needs(of caller: Identity) -> IdentityNeeds { [] }

    func standing(of caller: Identity) -> Standing { .known }

    func respond(to request: Request, from caller: Identity) -> Reply {
        do throws(Problem) {
            guard address.isMeant(by: request.host) else {
                throw Problem(.badRequest, "the Host field is not this address", try: "http://\(address)/metrics")
            }
            guard request.target.matches("/metrics") else { throw Refusal.noSuchRoute }
            guard methods.contains(request.method) else { throw Refusal.method(methods) }
            try request.target.allowQuery([])
            return .later { [desk] in RecordedResponse(await desk.answer) }
        } catch {
            return .now(.refusing(error))
        }
    }
}
