import Audit
import Domain
import Health
import SecretJSON
import SocketAPI
import SocketServer
import Tokens
import Vault

/// The authorisation of a request for an app's secrets, and its effects.
struct AppAccess: Sendable {
    enum Decision {
        case granted(AppEntry, by: Name)
        case denied(AccessDenial)
    }

    let action: AuditEvent.Action
    let app: Name
    let permission: Permission
    let caller: Identity
    let session: VaultController.Session
    /// Whether only the head is requested, which contains no secret: then nobody becomes a holder, and only refusals are
    /// logged.
    let asksHead: Bool

    var decision: Decision {
        let (policies, entry) = session.vault.catalog.policies(beside: app)
        switch policies.decide(caller, app: app, permission: permission) {
        case .denied(let denial): return .denied(denial)
        case .allowed(let client):
            guard let entry else { return .denied(.noSuchApp(app)) }
            return .granted(entry, by: client)
        }
    }

    /// An app that does not exist is refused with the same text as one that is not granted: without a grant, a caller
    /// learns nothing about existing apps. The audit log has the reason.
    func denied(_ denial: AccessDenial) -> RecordedResponse {
        answer(.refusing(Refusal.notGranted(caller, permission)), .denied, nil) {
            $0.member("reason", denial.description)
        }
    }

    func allowed(
        _ response: RenderedResponse, _ entry: AppEntry, _ client: Name, generation: Generation? = nil
    ) -> RecordedResponse {
        guard !asksHead else { return RecordedResponse(response) }
        let generation = generation ?? entry.generation
        return answer(response, .allowed, client) { $0.member("generation", generation.number) }
    }

    /// The app's credentials, or a 304; in both cases the client is a holder from now on.
    func credentials(_ entry: AppEntry, _ client: Name, _ request: Request) -> RecordedResponse {
        noteHolder(entry, client)
        return allowed(session.answers.answer(for: entry, to: request), entry, client)
    }

    func noteHolder(_ entry: AppEntry, _ client: Name) {
        if !asksHead { session.receipts.fetched(entry, by: client) }
    }

    /// The app was granted, but there is no answer.
    func failed(_ response: RenderedResponse, _ client: Name, because reason: String) -> RecordedResponse {
        answer(response, .failed, client) { $0.member("reason", reason) }
    }

    /// The app was granted, but its secret may have expired. The request makes the daemon try it.
    func unproven(_ entry: AppEntry, _ client: Name) -> RecordedResponse {
        Task { await session.tokens.recheck(app) }
        return failed(Refusal.unproven(entry), client, because: "not proven since the vault was restored")
    }

    private func answer(
        _ response: RenderedResponse, _ outcome: AuditEvent.Outcome, _ client: Name?,
        _ more: (inout JSONWriter) -> Void
    ) -> RecordedResponse {
        let name = client?.description
        func event() -> AuditEvent {
            AuditEvent(action, outcome) { line in
                line.member("app", plain: app.description)
                line.member("permission", plain: permission.rawValue)
                if let name { line.member("client", plain: name) }
                more(&line)
                line.caller(caller)
            }
        }
        let label = FetchCounts.Label(client: name ?? FetchCounts.Label.nobody, outcome: outcome)
        if outcome == .denied { return session.audit.refusal(response, of: caller, label: label, event) }
        return RecordedResponse(response, AuditRecord(trail: session.audit, event: event(), label: label))
    }
}

extension VaultController.Session {
    /// A caller who may see no app has nothing to listen to.
    func refusingEvents(to caller: Identity) -> RecordedResponse {
        audit.refusal(.refusing(Refusal.noApps(caller)), of: caller) {
            AuditEvent(.events, .denied) { line in
                line.caller(caller)
                line.member("reason", "no policy lets this caller see an app")
            }
        }
    }
}

extension JSONWriter {
    /// The caller, according to the kernel.
    mutating func caller(_ caller: Identity) {
        member("uid", Int(caller.uid))
        member("gid", Int(caller.gid))
        member("pid", Int(caller.pid))
        if let unit = caller.process?.unit { member("unit", unit.description) }
    }
}

extension AuditEvent.Action {
    static let credentials = Self("credentials.get")
    static let field = Self("credentials.field")
    static let token = Self("token.get")
    static let ack = Self("credentials.ack")
    static let rejected = Self("credentials.rejected")
    static let events = Self("events.open")
}
