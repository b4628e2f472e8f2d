import Glibc
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import SocketAPI

/// Both sockets, from being made to being taken away.
struct SocketService: Service {
    let places: Places
    let settings: Settings
    let agent: AgentRoutes
    let admin: AdminRoutes
    let logger: Logger

    func run() async throws {
        // The way in stays open to others: the sockets below decide who comes through.
        try PrivateDirectory.ensure(places.runtimeDirectory, mode: 0o755)
        let lock = try RuntimeLock(directory: places.runtimeDirectory)
        try PrivateDirectory.ensure(places.agentDirectory, mode: 0o755)
        let openness = admin.roles.openness
        try PrivateDirectory.ensure(
            places.adminDirectory, exactly: mode_t(openness.directory), group: openness.group)
        warnIfOutOfReach()

        let group = MultiThreadedEventLoopGroup(numberOfThreads: settings.eventLoops)
        var limits = ConnectionLimits()
        limits.idle = settings.idleTimeout
        limits.connections = settings.maxConnections
        limits.connectionsPerUser = settings.maxConnectionsPerUser
        let agentSocket = try ListeningSocket(
            at: places.agentSocket, mode: mode_t(settings.agentMode), group: try settings.agentGroupID())
        let adminSocket = try ListeningSocket(
            at: places.adminSocket, mode: mode_t(openness.socket), group: openness.group)
        let servers = [
            try await SocketServer(agentSocket, responder: agent, limits: limits, group: group, logger: logger),
            try await SocketServer(adminSocket, responder: admin, limits: limits, group: group, logger: logger),
        ]
        for server in servers { try await server.start() }
        logger.notice(
            "ready", metadata: ["agent": "\(places.agentSocket)", "admin": "\(places.adminSocket)"])
        Systemd.notify("READY=1")

        try? await gracefulShutdown()
        Systemd.notify("STOPPING=1")
        for server in servers { await server.stop() }
        try await group.shutdownGracefully()
        withExtendedLifetime(lock) {}
    }

    /// Below a directory that is this user's alone, a socket that is open to others is open to nobody.
    private func warnIfOutOfReach() {
        guard settings.agentMode & 0o066 != 0, let closed = PrivateDirectory.closedAncestor(of: places.agentDirectory)
        else { return }
        logger.warning(
            "other users cannot reach the agent socket: only this user enters \(closed); name a directory that they can enter with --runtime-dir",
            metadata: ["agent": "\(places.agentSocket)"])
    }
}

extension Settings {
    fileprivate func agentGroupID() throws(StartError) -> gid_t? {
        try agentGroup.map { name throws(StartError) in try Self.groupID(name, "agent.group") }
    }

    /// Who has which role on the admin socket.
    func adminRoles(owner: UInt32) throws(StartError) -> AdminRoles {
        var roles = AdminRoles(owner: owner)
        for role in AdminRole.allCases {
            guard let name = adminGroups[role.rawValue] else { continue }
            roles.groups[role] = try Self.groupID(name, "admin.\(role.rawValue)_group")
        }
        return roles
    }

    private static func groupID(_ name: String, _ key: String) throws(StartError) -> gid_t {
        guard let group = UserDatabase.gid(ofGroup: name) else {
            throw StartError(.configuration, "\(key): there is no group '\(printable(name))'")
        }
        return group
    }
}

/// What systemd is told (sd_notify(3)), when it asked to be.
enum Systemd {
    static func notify(_ state: String) {
        guard let variable = unsafe getenv("NOTIFY_SOCKET") else { return }
        var path = Array(unsafe String(cString: variable).utf8)
        guard let first = path.first, path.count < 108 else { return }
        // '@' stands for the zero byte that begins an abstract address.
        if first == UInt8(ascii: "@") { path[0] = 0 }
        let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let message = Array(state.utf8)
        unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = unsafe sendto(descriptor, message, message.count, CInt(MSG_NOSIGNAL), address, length)
            }
        }
    }
}
