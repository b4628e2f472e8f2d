import CPlatform
import Domain
import Glibc
import Health
import Logging
import Maintenance
import SocketAPI
import SocketServer
import System

/// The sockets, from creation to removal.
struct SocketService {
    let paths: Paths
    let settings: Settings
    let inherited: InheritedSockets
    let agentGroup: gid_t?
    let agent: AgentRoutes
    let admin: AdminRoutes
    let lost: LostSockets
    let logger: Logger

    /// Serves until `body` ends. `body` gets the function that monitors the sockets meanwhile.
    func run(_ body: (@escaping @Sendable () async throws -> Void) async throws -> Void) async throws {
        let openness = admin.roles.openness
        try makeRuntime()
        let lock = try RuntimeLock(directory: paths.runtimeDirectory)
        try makeDirectories(openness)
        warnIfOutOfReach()
        warnIfFewFiles()

        var limits = ConnectionLimits()
        limits.idle = settings.idleTimeout
        limits.connections = min(settings.maxConnections, ConnectionLimits.most())
        limits.connectionsPerUser = settings.maxConnectionsPerUser
        let sockets = try [InheritedSockets.Name.agent, .admin].map { name throws(StartError) in
            (name, try claim(name, from: inherited, openness))
        }
        // A crowd on one socket then occupies only that socket's threads.
        let agentServer = try server(agent, limits, loops: settings.eventLoops, at: paths.agentSocket)
        var adminLimits = limits
        adminLimits.requests.body = ObjectsRequest.mostBytes
        let adminServer = try server(admin, adminLimits, loops: 1, at: paths.adminSocket)
        admin.metrics.agent.server = agentServer
        agent.gate.add(agentServer)
        agent.gate.add(adminServer)
        var servers = [agentServer, adminServer]
        var entrances: [any Listener] = sockets.map(\.1)
        let kept = zip(sockets, servers).map { socket, server in
            SocketKeeper.Place(server: server, socket: socket.1) { () throws(StartError) in
                try makeDirectories(openness)
                try lock.renew(in: paths.runtimeDirectory)
                return try claim(socket.0, from: .none, openness)
            }
        }
        let keeper = SocketKeeper(kept, lost: lost, logger: logger)
        if let address = settings.metricsAddress {
            limits.connections = ConnectionLimits.scrapers
            let (time, source) = (admin.metrics.status.time, admin.metrics)
            let cache = MetricsCache(time) { await source.answer(.openMetrics) }
            entrances.append(try LoopbackSocket(address, for: "metrics.listen"))
            servers.append(
                try server(MetricsRoutes(cache: cache, address: address), limits, loops: 1, at: "\(address)"))
        }
        for (server, socket) in zip(servers, entrances) { server.listen(at: socket.entrance) }
        logger.notice(
            "ready", metadata: ["agent": "\(paths.agentSocket)", "admin": "\(paths.adminSocket)"])
        Systemd.notify("READY=1")
        // The code that ran at the start is most of the program, and is not needed again.
        kt_give_memory_back()
        let loops = servers.flatMap(\.loops)
        try await body { try await live(loops, keeper) }
        Systemd.notify("STOPPING=1")
        keeper.remove()
        for server in servers { await server.stop(refusing: Refusal.stopping) }
        withExtendedLifetime(lock) {}
    }

    private func server(
        _ responder: any Responder, _ limits: ConnectionLimits, loops: Int, at name: String
    ) throws(StartError) -> Server {
        do throws(SystemError) {
            return try Server(responder, limits: limits, loops: loops) { [logger] reason in
                logger.warning("connections refused: \(reason)", metadata: ["socket": "\(name)"])
            }
        } catch {
            throw StartError(.internal, "\(error)")
        }
    }

    /// It may be in a directory that others write to, such as a volume shared by containers.
    private func makeRuntime() throws(StartError) {
        try PrivateDirectory.ensure("the runtime directory", paths.runtimeDirectory, mode: 0o755, mayBeOpen: true)
    }

    /// The runtime directory stays accessible to others; the permissions of the sockets below decide.
    private func makeDirectories(_ openness: SocketOpenness) throws(StartError) {
        try makeRuntime()
        try PrivateDirectory.ensure(paths.agentDirectory, mode: 0o755)
        try PrivateDirectory.ensure(
            paths.adminDirectory, exactly: mode_t(openness.directory), group: openness.group)
    }

    private func claim(
        _ name: InheritedSockets.Name, from inherited: InheritedSockets, _ openness: SocketOpenness
    ) throws(StartError) -> ListeningSocket {
        switch name {
        case .agent:
            try ListeningSocket.claim(
                name, from: inherited, at: paths.agentSocket, mode: mode_t(settings.agentMode), group: agentGroup)
        case .admin:
            try ListeningSocket.claim(
                name, from: inherited, at: paths.adminSocket, mode: mode_t(openness.socket), group: openness.group)
        }
    }

    private func live(_ loops: [EventLoop], _ keeper: SocketKeeper) async throws {
        let gate = agent.gate
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await keeper.run() }
            if let limit = Systemd.watchdogLimit() {
                tasks.addTask { try await Watchdog(limit: limit, loops: loops) { gate.holdsTheOnlyCopy }.run() }
            }
            try await tasks.waitForAll()
        }
    }

    private func warnIfFewFiles() {
        let most = ConnectionLimits.most()
        guard most < settings.maxConnections else { return }
        logger.warning(
            "at most \(most) connections are accepted on each socket, whatever server.max_connections says: this process may have \(ConnectionLimits.openFiles) open files; try: a greater hard limit, LimitNOFILE= under systemd"
        )
    }

    /// Below a directory that only this user can enter, even an open socket is out of reach.
    private func warnIfOutOfReach() {
        guard settings.agentMode & 0o066 != 0, let closed = PrivateDirectory.closedAncestor(of: paths.agentDirectory)
        else { return }
        logger.warning(
            "other users cannot reach the agent socket: only this user can enter \(closed); use --runtime-dir with a directory that they can enter",
            metadata: ["agent": "\(paths.agentSocket)"])
    }
}

extension Server: GateObserver {
    func policiesChanged() { updateStandings() }
    func locked() async { await revokeUnsent() }
}

extension Settings {
    func agentGroupID() throws(StartError) -> gid_t? {
        try agentGroup.map { name throws(StartError) in try Self.groupID(name, "agent.group") }
    }

    /// Maps groups to roles on the admin socket.
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
            throw StartError(.configuration, "\(key): there is no group '\(name.printable())'")
        }
        return group
    }
}
