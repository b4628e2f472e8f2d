import Audit
import Domain
import SecretJSON
import SocketAPI
import Vault

/// What an operator does, as the audit log tells of it.
struct AuditedAction: Sendable {
    typealias Members = [(name: String, value: AuditEvent.Value)]

    let action: String
    /// What it is done to, as far as the request says.
    var subject: Members
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

extension AuditedAction {
    /// What was asked for by a caller that has no role for it.
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
