import CPlatform
import Glibc
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import SocketAPI

/// The sockets, from being made to being taken away.
struct SocketService: Service {
    let places: Places
    let settings: Settings
    let inherited: InheritedSockets
    let agentGroup: gid_t?
    let agent: AgentRoutes
    let admin: AdminRoutes
    /// Where the agent socket's answers are counted.
    let tallies: SocketTallies
    let lost: LostSockets
    let logger: Logger

    func run() async throws {
        let openness = admin.roles.openness
        try makeRuntime()
        let lock = try RuntimeLock(directory: places.runtimeDirectory)
        try makeDirectories(openness)
        warnIfOutOfReach()
        warnIfFewFiles()

        let group = MultiThreadedEventLoopGroup(numberOfThreads: settings.eventLoops)
        var limits = ConnectionLimits()
        limits.idle = settings.idleTimeout
        limits.connections = min(settings.maxConnections, ConnectionLimits.most())
        limits.connectionsPerUser = settings.maxConnectionsPerUser
        let kept = try [InheritedSockets.Name.agent, .admin].map { name throws(StartError) in
            (name, try take(name, from: inherited, openness))
        }
        var servers: [SocketServer] = []
        for (name, socket) in kept {
            servers.append(
                try await SocketServer(
                    socket, responder: name == .agent ? agent : admin, limits: limits, group: group,
                    tallies: name == .agent ? tallies : nil, logger: logger))
        }
        let watched = zip(kept, servers).map { kept, server in
            SocketKeeper.Place(server: server, socket: kept.1) { () throws(StartError) in
                try makeDirectories(openness)
                try lock.renew(in: places.runtimeDirectory)
                return try take(kept.0, from: .none, openness)
            }
        }
        if let address = settings.metricsAddress {
            limits.connections = MetricsRoutes.connections
            let (time, source) = (admin.metrics.status.time, admin.metrics)
            let desk = MetricsDesk(time) { await source.answer(.openMetrics) }
            servers.append(
                try await SocketServer(
                    try LoopbackSocket(address, for: "metrics.listen"),
                    responder: MetricsRoutes(desk: desk, address: address),
                    limits: limits, group: group, logger: logger))
        }
        for server in servers { try await server.start() }
        logger.notice(
            "ready", metadata: ["agent": "\(places.agentSocket)", "admin": "\(places.adminSocket)"])
        Systemd.notify("READY=1")
        // What starting ran is most of the program, and is not run again.
        kt_give_memory_back()
        try? await cancelWhenGracefulShutdown { try await live(on: group, watched) }
        Systemd.notify("STOPPING=1")
        for server in servers { await server.stop() }
        try await group.shutdownGracefully()
        withExtendedLifetime(lock) {}
    }

    /// It may lie in a directory that others write to, such as a volume that containers share.
    private func makeRuntime() throws(StartError) {
        try PrivateDirectory.ensure("the runtime directory", places.runtimeDirectory, mode: 0o755, mayBeOpen: true)
    }

    /// The way in stays open to others: the sockets below decide who comes through.
    private func makeDirectories(_ openness: SocketOpenness) throws(StartError) {
        try makeRuntime()
        try PrivateDirectory.ensure(places.agentDirectory, mode: 0o755)
        try PrivateDirectory.ensure(
            places.adminDirectory, exactly: mode_t(openness.directory), group: openness.group)
    }

    private func take(
        _ name: InheritedSockets.Name, from inherited: InheritedSockets, _ openness: SocketOpenness
    ) throws(StartError) -> ListeningSocket {
        switch name {
        case .agent:
            try ListeningSocket.take(
                name, from: inherited, at: places.agentSocket, mode: mode_t(settings.agentMode), group: agentGroup)
        case .admin:
            try ListeningSocket.take(
                name, from: inherited, at: places.adminSocket, mode: mode_t(openness.socket), group: openness.group)
        }
    }

    private func live(on group: MultiThreadedEventLoopGroup, _ watched: [SocketKeeper.Place]) async throws {
        let gate = agent.gate
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { [logger, lost] in try await SocketKeeper(logger: logger, lost: lost).run(watched) }
            tasks.addTask {
                guard let limit = Systemd.watchdogLimit() else { return try await gracefulShutdown() }
                try await Watchdog(limit: limit, loops: Array(group.makeIterator())) { gate.holdsTheOnlyCopy }.run()
            }
            try await tasks.waitForAll()
        }
    }

    private func warnIfFewFiles() {
        let most = ConnectionLimits.most()
        guard most < settings.maxConnections else { return }
        logger.warning(
            "no more than \(most) connections are taken on each socket, whatever server.max_connections says: this process may have \(ConnectionLimits.openFiles) open files; try: a greater hard limit, LimitNOFILE= under systemd"
        )
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
    func agentGroupID() throws(StartError) -> gid_t? {
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
