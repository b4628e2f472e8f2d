import Names
import SecretMemory
import SocketAPI
import Times
import Tokens
import Vault

/// The agent socket: what a connector may ask, and who may ask it.
struct AgentRoutes: Responder {
    let gate: VaultGate
    let time: any TimeSource
    var budget: RequestBudget?
    let methods = [Method.get, .post]

    func needs(of caller: Identity) -> IdentityNeeds { gate.session?.vault.catalog.needs(of: caller.uid) ?? [] }

    func respond(to request: Request, from caller: Identity) -> Reply {
        do throws(Problem) {
            try request.requireKeyturnHeader()
            let route = try AgentRoute(request)
            guard request.method == route.method else { throw Refusal.method([route.method]) }
            guard let session = gate.session else {
                if case .health = route { return .now(Response(HealthAnswer.locked.status).json(HealthAnswer.locked)) }
                throw Refusal.locked
            }
            return try answer(route, request, caller, session)
        } catch {
            return .now(.refusing(error))
        }
    }

    private func answer(
        _ route: AgentRoute, _ request: Request, _ caller: Identity, _ session: VaultGate.Session
    ) throws(Problem) -> Reply {
        switch route {
        case .health:
            return .now(Response(.ok).json(HealthAnswer.ok))
        case .apps:
            return .now(Response(.ok).json(apps(for: caller, session)))
        case .events:
            return .watch(EventStream(caller, session))
        case .credentials(let name, let after):
            let (entry, client) = try granted(name, .credentials, caller, session)
            let generation = entry.credential.generation.number
            guard let after, generation <= after.generation else {
                return .now(session.handOut(entry, to: client, request))
            }
            // Who says that it has the current generation holds it; who names a later one holds something else.
            if generation == after.generation { session.receipts.fetched(entry, by: client) }
            return after.wait == 0
                ? .now(.notModified(generation)) : .watch(CredentialWait(name, after, request, caller, session))
        case .field(let name, let field):
            let (entry, client) = try granted(name, .credentials, caller, session)
            session.receipts.fetched(entry, by: client)
            var response = Response(.ok)
            response.generation = entry.credential.generation.number
            return .now(response.json(FieldAnswer(entry, field)))
        case .token(let name, let minTTL):
            return token(try granted(name, .token, caller, session).entry, minTTL: minTTL, session)
        case .ack(let name):
            let (entry, client) = try granted(name, .credentials, caller, session)
            let generation = try known(request, entry)
            session.receipts.acknowledged(entry, by: client, generation)
            return .now(Response(.noContent).render())
        case .rejected(let name):
            let (entry, _) = try granted(name, .credentials, caller, session)
            return rejected(entry, try known(request, entry), session)
        }
    }

    /// The generation that the body speaks of, which cannot be one that is still to come.
    private func known(_ request: Request, _ entry: AppEntry) throws(Problem) -> Generation {
        let report = try request.document(GenerationReport.self)
        guard let generation = Generation(report.generation), generation <= entry.credential.generation else {
            throw Problem(.badRequest, "there is no such generation of this app yet")
        }
        return generation
    }

    /// Who was refused with an older generation gets the newer one. Who was refused with the current one has it tried,
    /// once, however many report it.
    private func rejected(_ entry: AppEntry, _ generation: Generation, _ session: VaultGate.Session) -> Reply {
        guard generation == entry.credential.generation else { return .now(session.answers.answer(for: entry)) }
        Task { await session.tokens.doubt(entry.app.name) }
        return .now(Response(.accepted).render())
    }

    private func apps(for caller: Identity, _ session: VaultGate.Session) -> AppsAnswer {
        let rules = session.vault.catalog.rules
        return AppsAnswer(
            apps: session.vault.catalog.apps.filter { rules.mayName($0.app.name, to: caller) }.map {
                AppsAnswer.App(
                    app: $0.app.name, generation: $0.credential.generation.number, rotating: $0.rotation != nil)
            })
    }

    /// As the session grants it, and as often as the client may ask.
    private func granted(
        _ name: Name, _ kind: Grant.Kind, _ caller: Identity, _ session: VaultGate.Session
    ) throws(Problem) -> (entry: AppEntry, client: Client) {
        let granted = try session.granted(name, kind, caller)
        try budget?.spend(granted.client.name, now: time.now)
        return granted
    }

    /// A good token is answered from memory, also when its successor is due; only who needs a new one waits.
    private func token(_ entry: AppEntry, minTTL: Int, _ session: VaultGate.Session) -> Reply {
        let now = time.now
        entry.tokenUse.note(now)
        let decision = TokenPolicy.decide(entry.token, minTTL: minTTL, app: entry.app.id, now: now)
        if decision == .serveAndRefresh { Task { await session.tokens.refreshBehind(entry) } }
        if decision != .mint, let token = entry.token {
            return .now(Response(.ok).json(TokenAnswer(entry.app.name, token, now: now)))
        }
        return .later { [time] in
            do throws(TokenFailure) {
                let token = try await session.tokens.token(for: entry.app.name, minTTL: minTTL)
                return Response(.ok).json(TokenAnswer(entry.app.name, token, now: time.now))
            } catch {
                return .refusing(error)
            }
        }
    }
}
