import Names
import SocketAPI
import Vault

/// What somebody may do on the admin socket. Each role may do all that the ones before it may.
enum AdminRole: String, CaseIterable, Comparable, Sendable {
    /// Look, without secrets.
    case viewer
    /// Keep things running: rotate, verify, mint.
    case `operator`
    /// Everything.
    case admin

    static func < (one: AdminRole, other: AdminRole) -> Bool { one.rank < other.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// Who has which role. Root and the daemon's own user are admins; others are what their groups are.
struct AdminRoles: Equatable, Sendable {
    let owner: UInt32
    var groups: [AdminRole: UInt32] = [:]

    /// The highest role that the caller has.
    func role(of caller: Identity) -> AdminRole? {
        if caller.uid == 0 { return .admin }
        guard !caller.isForeign else { return nil }
        if caller.uid == owner { return .admin }
        return groups.filter { caller.isMember(of: $0.value) }.keys.max()
    }

    /// What the request means, if the caller may have it done.
    func route(_ request: Request, from caller: Identity) throws(Problem) -> AdminRoute {
        guard let role = role(of: caller) else { throw Refusal.noRole(caller) }
        let route = try AdminRoute(request)
        let least = route.leastRole(request)
        guard role >= least else { throw Refusal.role(role, of: caller, least: least) }
        return route
    }

    func needs(of caller: Identity) -> IdentityNeeds {
        groups.isEmpty || caller.uid == 0 || caller.uid == owner ? [] : .groups
    }

    /// How open the way to the admin socket has to be for those who have a role, and no more open than that. A file has
    /// one group: with several, everybody can connect, and is told by ``role(of:)``.
    var openness: SocketOpenness {
        let several = Set(groups.values)
        guard let group = several.first else { return SocketOpenness(directory: 0o700, socket: 0o600, group: nil) }
        return several.count == 1
            ? SocketOpenness(directory: 0o750, socket: 0o660, group: group)
            : SocketOpenness(directory: 0o711, socket: 0o666, group: nil)
    }
}

/// Permissions of a socket and of the directory that it is in, and the group that both are given to.
struct SocketOpenness: Equatable, Sendable {
    let directory: UInt32
    let socket: UInt32
    let group: UInt32?
}

extension AdminRoute {
    /// The least role that this takes. The one table of who may do what.
    func leastRole(_ request: Request) -> AdminRole {
        switch self {
        case .health, .status, .explain, .metrics, .alarms: .viewer
        case .doctor, .alarmTest: .operator
        case .unlock, .lock, .audit, .auditVerify, .auditAcknowledge, .backup, .adopt: .admin
        case .apps(let action):
            switch action {
            case .list, .show, .plan: .viewer
            case .verify: .operator
            // To pause and to go on is the operator's; how an app is rotated is not.
            case .change: (try? request.document(AppPatch.self))?.onlyPauses == true ? .operator : .admin
            // With the second, the daemon goes where it is told to, with what it is told.
            case .add, .remove, .tryOut: .admin
            }
        case .clients(let action):
            switch action {
            case .list, .show: .viewer
            case .add, .remove: .admin
            }
        case .targets(let action):
            switch action {
            case .list, .show: .viewer
            case .test, .discover, .push, .adopt: .operator
            // With these the daemon goes where it is told to, with what it is told.
            case .add, .change, .remove, .discoverConsole, .certificate: .admin
            }
        case .token(.get(_, _, let reveal)), .token(.renew(_, let reveal)): reveal ? .admin : .operator
        case .keys(let action):
            switch action {
            case .list: .viewer
            case .add, .remove, .rotate: .admin
            }
        case .rotations(let action):
            switch action {
            case .list, .history, .show, .holders, .finishPlan, .nowPlan: .viewer
            case .rotate, .rotateDue, .resume, .abort, .finish: .operator
            }
        }
    }
}

extension AppPatch {
    /// Whether it does nothing but pause the app's schedule, or end the pause.
    fileprivate var onlyPauses: Bool {
        var pause = AppPatch()
        pause.paused = paused
        return paused != nil && self == pause
    }
}
