import Audit
import Names
import SecretJSON
import SocketAPI
import Vault

/// What the operator does, as the audit log tells of it.
struct Deed: Sendable {
    typealias Members = [(name: String, value: AuditEvent.Value)]

    let action: String
    /// What it is done to, as far as the request says.
    let subject: Members
    let caller: Identity

    /// - Parameters:
    ///   - more: what is known of it once it is done, where that is not the subject.
    ///   - problem: why it was not done.
    func event(
        _ outcome: AuditEvent.Outcome, about more: Members? = nil, because problem: Problem? = nil
    ) -> AuditEvent {
        AuditEvent(.init(action), outcome) { line in
            line.members(more ?? subject)
            line.caller(caller)
            if let problem { line.member("reason", "\(problem.code.rawValue): \(problem.detail)") }
        }
    }

    /// What is committed with what it changes.
    var done: AuditEvent { event(.done) }

    /// What is committed with a rotation's state.
    func line(for app: App) -> RotationLine {
        { rotation in
            event(
                .done,
                about: [
                    ("app", .text(app.name.description)), ("rotation", .text(rotation.id)),
                    ("state", .text(rotation.phase.rawValue)),
                ] + rotation.generationMembers)
        }
    }
}

extension AdminRoute {
    /// What is logged of the request; `nil` for what only looks.
    func deed(_ request: Request, by caller: Identity) -> Deed? {
        guard let action else { return nil }
        return Deed(action: action, subject: subject(request), caller: caller)
    }

    private var action: String? {
        switch self {
        case .health, .status, .explain, .metrics, .alarms, .doctor, .audit, .auditVerify: nil
        case .alarmTest: "alarm.test"
        case .auditAcknowledge: "audit.acknowledge"
        case .backup: "vault.backup"
        case .adopt: "vault.adopt"
        case .unlock: "vault.unlock"
        case .lock: "vault.lock"
        case .apps(let action):
            switch action {
            case .list, .show, .plan: nil
            case .add: "app.add"
            case .remove: "app.remove"
            case .verify, .tryOut: "app.verify"
            case .change: "app.set"
            }
        case .clients(let action):
            switch action {
            case .list, .show: nil
            case .add: "client.add"
            case .remove: "client.remove"
            }
        case .targets(let action):
            switch action {
            case .list, .show, .discover, .test: nil
            case .add: "target.add"
            case .change: "target.change"
            case .remove: "target.remove"
            case .push: "target.push"
            case .adopt: "target.adopt"
            case .discoverConsole: "console.discover"
            case .certificate: "console.certificate"
            }
        case .keys(let action):
            switch action {
            case .list: nil
            case .add: "key.add"
            case .remove: "key.remove"
            case .rotate: "key.rotate"
            }
        case .token(.get(_, _, let reveal)): reveal ? "token.reveal" : "token.show"
        case .token(.renew(_, let reveal)): reveal ? "token.reveal" : "token.renew"
        case .rotations(let action):
            switch action {
            case .list, .history, .show, .holders, .finishPlan, .nowPlan: nil
            case .finish: "rotation.finish"
            case .rotate: "rotation.rotate"
            case .rotateDue: "rotation.rotate_due"
            case .resume: "rotation.resume"
            case .abort: "rotation.abort"
            }
        }
    }

    private func subject(_ request: Request) -> Deed.Members {
        switch self {
        case .apps(.remove(let name, _)), .apps(.verify(let name)), .apps(.change(let name)),
            .token(.get(let name, _, _)), .token(.renew(let name, _)), .rotations(.rotate(let name)):
            [("app", .text(name.description))]
        case .apps(.add), .apps(.tryOut): Self.appName(request).map { [("app", .text($0.description))] } ?? []
        case .clients(.add):
            (try? request.document(ClientDraft.self)).map { [("client", .text($0.name.description))] } ?? []
        case .targets(.add):
            (try? request.document(TargetDraft.self)).map {
                [("target", .text($0.name.description)), ("app", .text($0.app.description))]
            } ?? []
        case .clients(.remove(let name)): [("client", .text(name.description))]
        case .keys(.remove(let slot, _)): [("slot", .text(slot))]
        case .rotations(.resume(let id)), .rotations(.abort(let id)), .rotations(.finish(let id)):
            [("rotation", .text(id))]
        case .targets(.remove(let name, _)), .targets(.change(let name)), .targets(.push(let name)),
            .targets(.adopt(let name)):
            [("target", .text(name.description))]
        default: []
        }
    }

    private static func appName(_ request: Request) -> Name? {
        do throws(Problem) {
            let draft = try request.document(AppDraft.self)
            return draft.name
        } catch {
            return nil
        }
    }

    /// Whether its event is committed with what it changes, once it is done.
    var isCommitted: Bool {
        switch self {
        case .apps(.add), .apps(.remove), .apps(.change), .clients(.add), .clients(.remove), .targets(.add),
            .targets(.change), .targets(.remove), .targets(.adopt), .auditAcknowledge, .keys, .rotations(.rotate),
            .rotations(.resume), .rotations(.abort), .rotations(.finish):
            true
        default: false
        }
    }

    /// A rotation never waits for the log: what it has may be the only copy of a secret. So with the lock.
    var waitsForLog: Bool {
        switch self {
        case .rotations, .lock, .unlock: false
        default: true
        }
    }
}

extension Deed {
    /// What was asked for by somebody who has no role for it.
    init(refused request: Request, _ caller: Identity) {
        let route = try? AdminRoute(request)
        if let deed = route?.deed(request, by: caller) {
            self = deed
        } else {
            let path = String(decoding: request.target.path.utf8.prefix(200), as: UTF8.self)
            self.init(
                action: "admin.request",
                subject: [("method", .text(request.method.rawValue)), ("path", .text(path))], caller: caller)
        }
    }
}
