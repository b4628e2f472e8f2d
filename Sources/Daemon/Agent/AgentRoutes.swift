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
    let methods = [Method.get]

    func respond(to request: Request, from caller: Identity) -> Reply {
        do throws(Problem) {
            try request.requireKeyturnHeader()
            let route = try AgentRoute(request)
            guard request.method == .get else { throw Refusal.method(methods) }
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
        case .credentials(let name):
            let entry = try granted(name, .credentials, caller, session)
            let generation = entry.credential.generation.number
            if request.alreadyHas(generation: generation) { return .now(.notModified(generation)) }
            return .now(session.answers.answer(for: entry))
        case .field(let name, let field):
            let entry = try granted(name, .credentials, caller, session)
            var response = Response(.ok)
            response.generation = entry.credential.generation.number
            return .now(response.json(FieldAnswer(entry, field)))
        case .token(let name, let minTTL):
            return token(try granted(name, .token, caller, session), minTTL: minTTL, session)
        }
    }

    private func apps(for caller: Identity, _ session: VaultGate.Session) -> AppsAnswer {
        let rules = session.vault.catalog.rules
        return AppsAnswer(
            apps: session.vault.catalog.apps.filter { rules.mayName($0.app.name, to: caller) }.map {
                AppsAnswer.App(app: $0.app.name, generation: $0.credential.generation.number, rotating: false)
            })
    }

    /// An app that does not exist is refused in the same words as one that is not granted: who has no grant learns
    /// nothing of what there is.
    private func granted(
        _ name: Name, _ kind: Grant.Kind, _ caller: Identity, _ session: VaultGate.Session
    ) throws(Problem) -> AppEntry {
        let catalog = session.vault.catalog
        guard catalog.rules.client(for: caller, app: name, kind: kind) != nil, let entry = catalog.app(name) else {
            throw Refusal.notGranted(caller, kind)
        }
        return entry
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
