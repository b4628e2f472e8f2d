package import Domain

/// The answer to a caller who asks for an app's secrets.
package enum AppDecision: Sendable {
    /// The app, and the client whose policy permits it.
    case granted(AppEntry, by: Name)
    case denied(AccessDenial)
}

extension Catalog {
    /// Decides by the policies and the app of one moment.
    package func access(of caller: Identity, to app: Name, _ permission: Permission) -> AppDecision {
        let (policies, entry) = policies(beside: app)
        switch policies.decide(caller, app: app, permission: permission) {
        case .denied(let denial): return .denied(denial)
        case .allowed(let client):
            guard let entry else { return .denied(.noSuchApp(app)) }
            return .granted(entry, by: client)
        }
    }
}
