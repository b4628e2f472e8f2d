import Audit
import Names
import SocketAPI
import Vault

/// What the operator does, as the audit log tells of it.
extension AdminRoute {
    /// What is logged; `nil` for what only looks.
    var audited: (action: String, subject: (name: String, value: AuditEvent.Value)?)? {
        switch self {
        case .health, .status, .explain, .metrics, .audit, .auditVerify: return nil
        case .backup: return ("vault.backup", nil)
        case .adopt: return ("vault.adopt", nil)
        case .unlock: return ("vault.unlock", nil)
        case .lock: return ("vault.lock", nil)
        case .apps(let action):
            switch action {
            case .list, .show, .plan: return nil
            case .add: return ("app.add", nil)
            case .remove(let name, _): return ("app.remove", ("app", .text(name.description)))
            case .verify(let name): return ("app.verify", ("app", .text(name.description)))
            case .change(let name): return ("app.set", ("app", .text(name.description)))
            }
        case .clients(let action):
            switch action {
            case .list, .show: return nil
            case .add: return ("client.add", nil)
            case .remove(let name): return ("client.remove", ("client", .text(name.description)))
            }
        case .targets(let action):
            switch action {
            case .list, .show, .discover, .test: return nil
            case .add: return ("target.add", nil)
            case .remove(let name): return ("target.remove", ("target", .text(name.description)))
            case .push(let name): return ("target.push", ("target", .text(name.description)))
            case .adopt(let name): return ("target.adopt", ("target", .text(name.description)))
            case .discoverConsole: return ("console.discover", nil)
            case .certificate: return ("console.certificate", nil)
            }
        case .token(.get(let name, _, let reveal)), .token(.renew(let name, let reveal)):
            return (reveal ? "token.reveal" : "token.renew", ("app", .text(name.description)))
        case .rotations(let action):
            switch action {
            case .list, .history, .show, .holders: return nil
            case .rotate(let name): return ("rotation.rotate", ("app", .text(name.description)))
            case .rotateDue: return ("rotation.rotate_due", nil)
            case .resume(let id): return ("rotation.resume", ("rotation", .text(id)))
            case .abort(let id): return ("rotation.abort", ("rotation", .text(id)))
            }
        }
    }

    /// A rotation never waits for the log: what it has may be the only copy of a secret. So with the lock.
    var waitsForLog: Bool {
        switch self {
        case .rotations, .lock, .unlock: false
        default: true
        }
    }

    /// - Parameter problem: why it was not done.
    func event(_ caller: Identity, _ outcome: AuditEvent.Outcome, _ problem: Problem? = nil) -> AuditEvent? {
        guard let audited else { return nil }
        var members = audited.subject.map { [$0] } ?? []
        members += AuditEvent.members(of: caller)
        if let problem { members.append(("reason", .text("\(problem.code.rawValue): \(problem.detail)"))) }
        return AuditEvent(.init(audited.action), outcome, members)
    }
}
