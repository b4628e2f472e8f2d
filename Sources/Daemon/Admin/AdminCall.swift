import Domain
import Health
import Maintenance
import SecretMemory
import SocketAPI
import SocketServer
import Vault

/// A request on the admin socket in progress, and the services that it needs.
struct AdminCall: Sendable {
    let request: Request
    let caller: Identity
    let role: AdminRole
    let routes: AdminRoutes
    /// What will be logged; `nil` for a request that only reads.
    var audited: AuditedAction?

    /// The name in the path.
    var name: Name { get throws(Problem) { try request.target.name(2) } }
    /// The identifier in the path, for objects without a name.
    var id: String { request.target.segment(2) ?? "" }

    func flag(_ key: String) throws(Problem) -> Bool { try request.target.flag(key) }

    func requireRole(_ least: AdminRole) throws(Problem) {
        guard role >= least else { throw Refusal.role(role, of: caller, least: least) }
    }

    var session: VaultController.Session {
        get throws(Problem) {
            guard let session = routes.gate.session else { throw Refusal.locked }
            return session
        }
    }

    var catalog: Catalog { get throws(Problem) { try session.vault.catalog } }

    var apps: AppActions {
        get throws(Problem) {
            AppActions(
                session: try session, zoom: routes.zoom, time: routes.time, audited: audited, mayAsk: role >= .operator)
        }
    }

    var clients: ClientActions {
        get throws(Problem) { ClientActions(session: try session, time: routes.time, audited: audited) }
    }

    var objects: ObjectsActions {
        get throws(Problem) {
            ObjectsActions(apps: try apps, session: try session, time: routes.time, audited: audited)
        }
    }

    var keys: KeyActions {
        get throws(Problem) {
            KeyActions(
                session: try session, gate: routes.gate, source: routes.doctor.source, time: routes.time,
                audited: audited)
        }
    }

    var rotations: RotationActions {
        get throws(Problem) { RotationActions(session: try session, time: routes.time, audited: audited) }
    }

    var targets: TargetActions {
        get throws(Problem) {
            TargetActions(
                session: try session, transport: routes.gate.transport, time: routes.time, audited: audited)
        }
    }

    var tokens: TokenActions { get throws(Problem) { TokenActions(session: try session, time: routes.time) } }
}

/// Converts an error of the vault to an answer.
func asProblem<Success>(
    _ body: () async throws(VaultError) -> Success
) async throws(Problem) -> Success {
    do throws(VaultError) { return try await body() } catch { throw Problem(error) }
}

extension Catalog {
    func existingApp(_ name: Name) throws(Problem) -> AppEntry {
        guard let entry = app(name) else { throw Problem(Vault.noSuchApp(name)) }
        return entry
    }
}
