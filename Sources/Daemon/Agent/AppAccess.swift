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
    let action: AuditEvent.Action
    let app: Name
    let permission: Permission
    let caller: Identity
    let session: VaultController.Session
    let lines: AnswerLines
    /// Whether only the head is requested, which contains no secret: then nobody becomes a holder, and only refusals are
    /// logged.
    let asksHead: Bool

    var decision: AppDecision { session.vault.catalog.access(of: caller, to: app, permission) }

    /// An app that does not exist is refused with the same text as one that is not granted: without a grant, a caller
    /// learns nothing about existing apps. The audit log has the reason.
    func denied(_ denial: AccessDenial) -> RecordedResponse {
        let label = FetchCounts.Label(client: FetchCounts.Label.nobody, outcome: .denied)
        return session.audit.refusal(.refusing(Refusal.notGranted(caller, permission)), of: caller, label: label) {
            // It quotes the path of the caller's program, which the caller chooses.
            event(.denied, nil) { $0.member("reason", denial.description.cut(bytes: 1_000)) }
        }
    }

    func allowed(
        _ response: RenderedResponse, _ entry: AppEntry, _ client: Name, generation: Generation? = nil
    ) -> RecordedResponse {
        guard !asksHead else { return RecordedResponse(response) }
        let generation = generation ?? entry.generation
        let key = AnswerLines.Key(action: action, app: app, client: client, generation: generation)
        let record = lines.record(key, in: session.audit) {
            event(.allowed, client) { $0.member("generation", generation.number) }
        }
        return RecordedResponse(response, record)
    }

    /// The app's credentials, or a 304; in both cases the client is a holder from now on.
    func credentials(_ entry: AppEntry, _ client: Name, _ request: Request) -> RecordedResponse {
        recordHolder(entry, client)
        return allowed(entry.credentials(for: request), entry, client)
    }

    func recordHolder(_ entry: AppEntry, _ client: Name) {
        if !asksHead { session.receipts.fetched(entry, by: client) }
    }

    /// The app was granted, but there is no answer.
    func failed(_ response: RenderedResponse, _ client: Name, because reason: String) -> RecordedResponse {
        let label = FetchCounts.Label(client: client.description, outcome: .failed)
        let event = event(.failed, client) { $0.member("reason", reason) }
        return RecordedResponse(response, AuditRecord(trail: session.audit, event: event, label: label))
    }

    /// The app was granted, but its secret may have expired. The request makes the daemon try it.
    func unproven(_ entry: AppEntry, _ client: Name) -> RecordedResponse {
        Task { await session.tokens.recheck(app) }
        return failed(Refusal.unproven(entry), client, because: Credential.unproven)
    }

    private func event(
        _ outcome: AuditEvent.Outcome, _ client: Name?, _ more: (inout JSONWriter) -> Void
    ) -> AuditEvent {
        AuditEvent(action, outcome) { line in
            line.member("app", plain: app.description)
            line.member("permission", plain: permission.rawValue)
            if let client { line.member("client", plain: client.description) }
            more(&line)
            line.caller(caller)
        }
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
        guard let login = caller.login else { return }
        member("login_uid", Int(login.uid))
        if let session = login.session { member("session", Int(session)) }
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

extension String {
    /// At most so many of its bytes.
    fileprivate func cut(bytes limit: Int) -> String {
        utf8.count <= limit ? self : String(decoding: utf8.prefix(limit), as: UTF8.self) + "…"
    }
}
