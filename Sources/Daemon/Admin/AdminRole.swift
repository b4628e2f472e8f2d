import Domain
import SocketAPI
import Vault

/// The roles on the admin socket. Each role includes the ones before it.
enum AdminRole: String, CaseIterable, Comparable, Sendable {
    /// May read everything but secrets.
    case viewer
    /// May also read and verify the audit log.
    case auditor
    /// May rotate, verify and mint.
    case `operator`
    /// May do everything.
    case admin

    static func < (one: AdminRole, other: AdminRole) -> Bool { one.rank < other.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// Maps callers to roles. Root and the daemon's own user are admins; others get roles by their groups.
struct AdminRoles: Equatable, Sendable {
    let owner: UInt32
    var groups: [AdminRole: UInt32] = [:]

    /// The highest role of the caller.
    func role(of caller: Identity) -> AdminRole? {
        if caller.uid == 0 { return .admin }
        guard !caller.isForeign else { return nil }
        if caller.uid == owner { return .admin }
        return groups.filter { caller.isMember(of: $0.value) }.keys.max()
    }

    /// The operation of a request, and the caller's role, which must suffice for it.
    func authorize(
        _ request: Request, from caller: Identity
    ) throws(Problem) -> (operation: AdminOperation, role: AdminRole) {
        guard let role = role(of: caller) else { throw Refusal.noRole(caller) }
        let operation = try AdminOperation.find(request)
        guard role >= operation.role else {
            throw Refusal.role(role, of: caller, least: operation.role, more: operation.higher)
        }
        try operation.check(request.target)
        return (operation, role)
    }

    func needs(of caller: Identity) -> IdentityNeeds {
        groups.isEmpty || caller.uid == 0 || caller.uid == owner ? .login : [.login, .groups]
    }

    /// The permissions that let callers with a role reach the admin socket, and as few others as possible. A file has one
    /// group; with several, everybody can connect, and ``role(of:)`` decides.
    var openness: SocketOpenness {
        let several = Set(groups.values)
        guard let group = several.first else { return SocketOpenness(directory: 0o700, socket: 0o600, group: nil) }
        return several.count == 1
            ? SocketOpenness(directory: 0o750, socket: 0o660, group: group)
            : SocketOpenness(directory: 0o711, socket: 0o666, group: nil)
    }
}

/// The permissions and group of a socket and of its directory.
struct SocketOpenness: Equatable, Sendable {
    let directory: UInt32
    let socket: UInt32
    let group: UInt32?
}

extension AppPatch {
    /// An operator may pause and resume the schedule, but not change how the app is rotated.
    var leastRole: AdminRole {
        var pause = AppPatch()
        pause.paused = paused
        return paused != nil && self == pause ? .operator : .admin
    }
}
