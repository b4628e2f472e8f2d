import Audit
import Domain
import Glibc
import SecretMemory
import SocketAPI
import SocketServer
import Tokens
import Vault

/// The agent socket: the requests of connectors, and who may make them.
final class AgentRoutes: Responder {
    let gate: VaultController
    private let time: any TimeSource
    private let budget: RequestBudget?
    let methods = [Method.get, .head, .post]

    init(gate: VaultController, time: any TimeSource, budget: RequestBudget? = nil) {
        (self.gate, self.time, self.budget) = (gate, time, budget)
    }

    func needs(of caller: Identity) -> IdentityNeeds {
        gate.session?.vault.catalog.needs(of: caller.uid) ?? IdentityNeeds(rawValue: 0)
    }

    /// While the vault is locked the policies are unknown, so everybody may connect. After unlocking, connections are
    /// counted again, and those of strangers beyond their limit are closed.
    func standing(of caller: Identity) -> Standing {
        if caller.uid == 0 || caller.uid == geteuid() { return .owner }
        return gate.session?.vault.catalog.hasPolicy(for: caller.uid) == false ? .stranger : .known
    }

    var keepsNothing: Bool { gate.session == nil }

    func respond(to request: Request, from caller: Identity, _ memo: inout AnyObject?) -> Reply {
        do throws(Problem) {
            try request.requireKeyturnHeader()
            let route = try AgentRoute(request)
            guard route.methods.contains(request.method) else { throw Refusal.method(route.methods) }
            guard let session = gate.session else {
                if case .health = route { return .now(Response(HealthAnswer.locked.status).json(HealthAnswer.locked)) }
                throw Refusal.locked
            }
            let lines = memo as? AnswerLines ?? AnswerLines()
            memo = lines
            return try answer(route, request, caller, session, lines)
        } catch {
            return .now(.refusing(error))
        }
    }

    private func answer(
        _ route: AgentRoute, _ request: Request, _ caller: Identity, _ session: VaultController.Session,
        _ lines: AnswerLines
    ) throws(Problem) -> Reply {
        switch route {
        case .health:
            return .now(Response(.ok).json(HealthAnswer.ok))
        case .apps:
            return .now(session.apps.answer(session.vault.catalog.policies.visibleApps(to: caller)))
        case .events:
            guard session.vault.catalog.policies.visibleApps(to: caller) != .none else {
                return .recorded(session.refusingEvents(to: caller))
            }
            return .watch(EventStream(caller, session))
        case .credentials(let name, let after):
            return try served(.credentials, name, .credentials, request, caller, session, lines) {
                asked, entry, client in
                guard let after, !after.isAnother(entry) else {
                    if entry.isSuspect {
                        let answer = asked.unproven(entry, client)
                        guard let after, after.wait > 0 else { return .recorded(answer) }
                        return .watch(CredentialWait(name, after, request, caller, session))
                    }
                    return .recorded(asked.credentials(entry, client, request))
                }
                if !asked.asksHead { session.receipts.reported(entry, by: client, entry.generation) }
                return after.wait == 0
                    ? .recorded(asked.allowed(.notModified(entry.tag), entry, client))
                    : .watch(CredentialWait(name, after, request, caller, session))
            }
        case .field(let name, let field):
            return try served(.field, name, .credentials, request, caller, session, lines) { asked, entry, client in
                guard !entry.isSuspect else { return .recorded(asked.unproven(entry, client)) }
                asked.recordHolder(entry, client)
                var response = Response(.ok)
                response.tag = entry.tag
                return .recorded(asked.allowed(response.json(FieldAnswer(entry, field)), entry, client))
            }
        case .token(let name, let minTTL):
            return try served(.token, name, .token, request, caller, session, lines) { asked, entry, client in
                token(asked, entry, client, minTTL: minTTL)
            }
        case .ack(let name):
            return try served(.ack, name, .credentials, request, caller, session, lines) {
                asked, entry, client throws(Problem) in
                let generation = try known(request, entry)
                guard generation <= entry.credential.generation else { throw Refusal.lost(generation, entry) }
                session.receipts.reported(entry, by: client, generation, isAcknowledged: true)
                guard generation >= entry.previous?.generation ?? entry.generation else {
                    throw Refusal.over(generation, entry)
                }
                return .recorded(asked.allowed(Response(.noContent).render(), entry, client, generation: generation))
            }
        case .rejected(let name):
            return try served(.rejected, name, .credentials, request, caller, session, lines) {
                asked, entry, client throws(Problem) in
                let generation = try known(request, entry)
                guard !entry.isSuspect else { return .recorded(asked.unproven(entry, client)) }
                let response = rejected(entry, generation, session)
                return .recorded(asked.allowed(response, entry, client, generation: generation))
            }
        }
    }

    /// Serves a request if the session grants it and the client's rate limit allows it.
    private func served(
        _ action: AuditEvent.Action, _ name: Name, _ permission: Permission, _ request: Request, _ caller: Identity,
        _ session: VaultController.Session, _ lines: AnswerLines,
        _ body: (AppAccess, AppEntry, Name) throws(Problem) -> Reply
    ) throws(Problem) -> Reply {
        let asked = AppAccess(
            action: action, app: name, permission: permission, caller: caller, session: session, lines: lines,
            asksHead: request.method == .head)
        switch asked.decision {
        case .denied(let denial): return .recorded(asked.denied(denial))
        case .granted(let entry, let client):
            try budget?.spend(client)
            return try body(asked, entry, client)
        }
    }

    /// The generation in the body, which cannot be in the future. It may be one that was made and lost with a vault.
    private func known(_ request: Request, _ entry: AppEntry) throws(Problem) -> Generation {
        let report = try request.document(GenerationReport.self)
        let current = entry.credential.generation
        let highest = max(current, entry.app.floor?.generation ?? current)
        guard let generation = Generation(report.generation), generation <= highest else {
            throw Problem(
                .badRequest,
                "there is no generation \(report.generation) of this app yet: the current one is \(current)")
        }
        return generation
    }

    /// If another generation was refused, older or lost, the answer is the current one. If the current one was refused,
    /// it is tried at Zoom, once for any number of reports.
    private func rejected(_ entry: AppEntry, _ generation: Generation, _ session: VaultController.Session)
        -> RenderedResponse
    {
        guard generation == entry.credential.generation else { return entry.credentials() }
        Task { await session.tokens.recheck(entry.app.name) }
        return Response(.accepted).render()
    }

    /// A valid token is answered from memory, even if its successor is due; only callers that need a new one wait.
    private func token(_ asked: AppAccess, _ entry: AppEntry, _ client: Name, minTTL: Int) -> Reply {
        let session = asked.session
        let now = time.now
        entry.tokenUse.record(now)
        let decision = TokenPolicy.decide(entry.token, minTTL: minTTL, app: entry.app.id, now: now)
        if decision == .serveAndRefresh { Task { await session.tokens.refreshBehind(entry) } }
        if decision != .mint, let token = entry.token {
            let response = Response(.ok).json(TokenAnswer(entry.app.name, token, now: now))
            return .recorded(asked.allowed(response, entry, client, generation: token.token.generation))
        }
        return .later { [time] in
            do throws(TokenFailure) {
                let token = try await session.tokens.token(for: entry.app.name, minTTL: minTTL)
                let response = Response(.ok).json(TokenAnswer(entry.app.name, token, now: time.now))
                return asked.allowed(response, entry, client, generation: token.token.generation)
            } catch {
                return asked.failed(.refusing(error), client, because: "Zoom issued no token")
            }
        }
    }
}
