import Audit
import Envelope
import Glibc
import Names
import SecretJSON
import SecretMemory
import SocketAPI
import SocketServer
import Times
import Tokens
import Vault

/// The admin socket: what the operator's commands ask for.
struct AdminRoutes: Responder {
    let gate: VaultGate
    let zoom: ZoomIssuer
    let time: any TimeSource
    let status: StatusReport
    let roles: AdminRoles
    let backups: BackupWriter
    let doctor: DaemonDoctor
    let unlocking: UnlockTurns
    let metrics: MetricsSource
    let bell: AlarmBell
    let methods = [Method.get, .head, .post, .patch, .delete]

    func needs(of caller: Identity) -> IdentityNeeds { roles.needs(of: caller) }

    /// Who may connect at all is said by the directory that the socket is in; with several roles, that is everybody. Who has
    /// a role is known with the groups.
    func standing(of caller: Identity) -> Standing {
        if caller.uid == 0 || caller.uid == geteuid() { return .owner }
        let isLearnt = caller.groups != nil || roles.groups.isEmpty
        return isLearnt && roles.role(of: caller) == nil ? .stranger : .known
    }

    var keepsNothing: Bool { gate.session == nil }

    func respond(to request: Request, from caller: Identity) -> Reply {
        do throws(Problem) {
            try request.requireKeyturnHeader()
            let route = try roles.route(request, from: caller)
            return .later {
                do throws(Problem) { return RecordedResponse(try await logged(route, request, caller)) } catch {
                    return RecordedResponse(.refusing(error))
                }
            }
        } catch {
            let answer = RenderedResponse.refusing(error)
            guard [.notGranted, .notPermitted].contains(error.code), let trail = gate.session?.audit else {
                return .now(answer)
            }
            return Reply(
                trail.refusal(answer, of: caller) { Deed(refused: request, caller).event(.denied, because: error) })
        }
    }

    /// What changes anything, or shows a token, is in the log and on disk before it is answered. `HEAD` does neither.
    private func logged(
        _ route: AdminRoute, _ request: Request, _ caller: Identity
    ) async throws(Problem) -> RenderedResponse {
        let role = roles.role(of: caller) ?? .viewer
        guard request.method != .head, let deed = route.deed(request, by: caller) else {
            return try await answer(route, request, nil, role)
        }
        let before = gate.session
        if route.waitsForLog, before?.audit.isUnavailable == true { throw Refusal.notLogged }
        let response: RenderedResponse
        do throws(Problem) { response = try await answer(route, request, deed, role) } catch {
            try await log(deed.event(.failed, because: error), of: route, before)
            throw error
        }
        if case .lock = route { return response }
        guard route.isCommitted else {
            try await log(deed.event(.done), of: route, before)
            return response
        }
        if route.waitsForLog, let trail = (gate.session ?? before)?.audit {
            do throws(AuditError) { try await trail.settled() } catch { throw Refusal.notLoggedYet }
        }
        return response
    }

    private func log(_ event: AuditEvent, of route: AdminRoute, _ before: VaultGate.Session?) async throws(Problem) {
        guard let trail = (gate.session ?? before)?.audit else { return }
        do throws(AuditError) { try await trail.record(event) } catch {
            trail.note(event)
            if route.waitsForLog { throw Refusal.notLogged }
        }
    }

    /// - Parameter deed: what is logged; `nil` for what only looks.
    private func answer(
        _ route: AdminRoute, _ request: Request, _ deed: Deed?, _ role: AdminRole
    ) async throws(Problem) -> RenderedResponse {
        switch route {
        case .health:
            return gate.session == nil
                ? Response(.serviceUnavailable).json(HealthAnswer.locked) : Response(.ok).json(HealthAnswer.ok)
        case .status(let name):
            return try status.answer(name)
        case .metrics(let dialect):
            return await metrics.answer(dialect)
        case .alarms: return Response(.ok).json(await bell.list)
        case .alarmTest:
            do throws(AlarmChannel.NotTaken) {
                return Response(.ok).json(AlarmTested(channel: try await bell.test()))
            } catch {
                throw Problem(.upstreamUnavailable, "the alarm was not taken: \(error)", try: Refusal.alarmHint)
            }
        case .explain(let question):
            return Response(.ok).json(try Explanation(catalog: try session().vault.catalog).answer(question))
        case .audit(let query):
            do {
                let lines = try await session().audit.lines(query)
                return Response(.ok).json(
                    AuditPage(lines: lines.map(\.text), last: lines.last?.sequence ?? query.after))
            } catch {
                throw (error as? Problem) ?? Problem(.storageFailed, "the audit log cannot be read")
            }
        case .auditVerify(let from):
            do {
                let report = try await session().audit.verify(from: from)
                return Response(.ok).json(
                    AuditReport(
                        segments: report.segments, lines: report.lines, first: report.first, last: report.last,
                        findings: report.findings))
            } catch {
                throw (error as? Problem) ?? Problem(.storageFailed, "the audit log cannot be read")
            }
        case .auditAcknowledge:
            let session = try session()
            let isNews: Bool
            do throws(VaultError) { isNews = try await session.audit.acknowledge(recording: deed?.done) } catch {
                throw Problem(error)
            }
            guard isNews else {
                throw Problem(.conflict, "there is nothing to acknowledge: the audit log is as it was written")
            }
            return Response(.noContent).render()
        case .backup:
            return Response(.ok).json(try await backups.answer(try request.document(), try session()))
        case .doctor:
            let session = gate.session
            if let session {
                await AppActions(session: session, zoom: zoom, time: time, deed: nil).lookAtRotations()
            }
            let problems = session.map { status.problems($0) } ?? []
            return Response(.ok).json(await doctor.report(gate, status: problems, channel: await bell.channelName))
        case .adopt:
            let session = try session()
            do throws(VaultError) { try await session.vault.adopt() } catch { throw Problem(error) }
            return Response(.noContent).render()
        case .unlock: return try await unlock(request)
        case .lock:
            guard !gate.holdsTheOnlyCopy else {
                throw Problem(
                    .busy,
                    "a new secret of zoom's is in memory alone, since the disk does not take it: it would be lost",
                    try: "keyturn status, and mend the disk")
            }
            if let deed { await gate.lock(recording: deed.event(.done)) }
            return Response(.noContent).render()
        case .apps(let action):
            let actions = AppActions(
                session: try session(), zoom: zoom, time: time, deed: deed, mayAsk: role > .viewer)
            return try await actions.answer(action, request)
        case .token(let action): return try await TokenActions(session: try session(), time: time).answer(action)
        case .rotations(let action):
            return try await RotationActions(session: try session(), time: time, deed: deed).answer(action, request)
        case .targets(let action):
            let actions = TargetActions(
                session: try session(), transport: gate.transport, time: time, deed: deed)
            return try await actions.answer(action, request)
        case .keys(let action):
            return try await KeyActions(
                session: try session(), gate: gate, source: doctor.source, time: time, deed: deed
            ).answer(
                action, request)
        case .clients(let action):
            return try await ClientActions(session: try session(), time: time, deed: deed).answer(action, request)
        }
    }

    private func session() throws(Problem) -> VaultGate.Session {
        guard let session = gate.session else { throw Refusal.locked }
        return session
    }

    private func unlock(_ request: Request) async throws(Problem) -> RenderedResponse {
        let wanted = try request.document(UnlockRequest.self)
        let way: UnlockWay
        do throws(VaultError) {
            switch consume wanted {
            case .passphrase(let secret): way = UnlockWay(.passphrase(secret))
            case .recoveryKey(let secret): way = try UnlockWay(typedRecoveryKey: secret)
            }
        } catch {
            throw Problem(error)
        }
        try await unlocking.take { () throws(VaultError) in try await gate.unlock(with: way) }
        return Response(.noContent).render()
    }
}

extension Request {
    /// The body as the document that the route takes.
    func document<Document: WireDocument & ~Copyable>(_: Document.Type = Document.self) throws(Problem) -> Document {
        if let contentType, contentType.lowercased().split(separator: ";").first.map(String.init) != "application/json"
        {
            throw Problem(.unsupportedMediaType, "the body's Content-Type is not application/json")
        }
        guard let body else { throw Problem(.badRequest, "the request has no body") }
        do { return try Document(parsing: body.bytes.copy()) } catch {
            throw Problem(.badRequest, "the body: \(error)")
        }
    }
}
