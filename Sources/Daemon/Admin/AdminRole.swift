import Domain
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

    /// The operation that a request asks for, and the caller's role, which is enough for it.
    func authorize(
        _ request: Request, from caller: Identity
    ) throws(Problem) -> (operation: AdminOperation, role: AdminRole) {
        guard let role = role(of: caller) else { throw Refusal.noRole(caller) }
        let operation = try AdminOperation.find(request)
        guard role >= operation.role else { throw Refusal.role(role, of: caller, least: operation.role) }
        try operation.check(request.target)
        return (operation, role)
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

extension AppPatch {
    /// To pause the app's schedule and to end the pause is the operator's; how an app is rotated is not.
    var leastRole: AdminRole {
        var pause = AppPatch()
        pause.paused = paused
        return paused != nil && self == pause ? .operator : .admin
    }
}
