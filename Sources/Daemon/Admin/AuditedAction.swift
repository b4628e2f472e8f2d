import Audit
import Domain
import SecretJSON
import SocketAPI
import Vault

/// An operator's action, as it will be logged.
struct AuditedAction: Sendable {
    typealias Members = [(name: String, value: AuditEvent.Value)]

    let action: String
    /// The object of the action, as far as the request names it.
    var subject: Members
    let caller: Identity
    /// The names of the caller and of their login, as far as they are known.
    var names = CallerNames()

    /// - Parameters:
    ///   - more: facts that are known once it is done, other than the subject.
    ///   - problem: why it was not done.
    func event(
        _ outcome: AuditEvent.Outcome, about more: Members? = nil, because problem: Problem? = nil
    ) -> AuditEvent {
        AuditEvent(.init(action), outcome) { line in
            line.members(more ?? subject)
            line.caller(caller)
            line.members(names.members)
            if let problem { line.member("reason", "\(problem.code.rawValue): \(problem.detail)") }
        }
    }

    /// The event that is committed with the change.
    var done: AuditEvent { event(.done) }

    /// The event that is committed with a rotation's state.
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

extension AuditedAction {
    /// An action that was refused because the caller lacks the role.
    init(refused request: Request, _ caller: Identity) {
        let operation = try? AdminOperation.find(request)
        if let known = operation?.audited(request, by: caller) {
            self = known
        } else {
            let path = String(decoding: request.target.path.utf8.prefix(200), as: UTF8.self)
            self.init(
                action: "admin.request",
                subject: [("method", .text(request.method.rawValue)), ("path", .text(path))], caller: caller)
        }
    }
}
