import Glibc
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Times
import Vault

/// Where connections come in.
protocol Listener: Sendable {
    /// As it is named in the log.
    var name: String { get }
    var descriptor: CInt { get }
    /// Whether the kernel says who connects. Where it does not, everybody is nobody.
    var knowsCallers: Bool { get }
    /// Has nobody find it any more.
    func remove()
}

/// Accepts connections on one socket and gives each a handler, its caller known before a byte is read.
final class SocketServer: Sendable {
    private let name: String
    private let knowsCallers: Bool
    private let responder: any Responder
    private let limits: ConnectionLimits
    private let group: MultiThreadedEventLoopGroup
    private let logger: Logger
    private let tables: [ObjectIdentifier: NIOLoopBound<ConnectionTable>]
    private let places: ConnectionPlaces
    private let proc = ProcFS()
    private let complainedAt = Atomic(0)
    private let open: Mutex<(socket: any Listener, channel: (any Channel)?)>

    /// - Parameter tallies: where answers are counted, if they are.
    init(
        _ socket: any Listener, responder: any Responder, limits: ConnectionLimits = ConnectionLimits(),
        group: MultiThreadedEventLoopGroup, tallies: SocketTallies? = nil, logger: Logger
    ) async throws {
        (name, knowsCallers) = (socket.name, socket.knowsCallers)
        open = Mutex((socket, nil))
        self.responder = responder
        self.limits = limits
        places = ConnectionPlaces(limits, owner: geteuid())
        self.group = group
        self.logger = logger
        var tables: [ObjectIdentifier: NIOLoopBound<ConnectionTable>] = [:]
        for eventLoop in group.makeIterator() {
            let table = try await eventLoop.submit {
                let table = ConnectionTable(tally: tallies?.make(on: eventLoop))
                table.start(on: eventLoop)
                return NIOLoopBound(table, eventLoop: eventLoop)
            }.get()
            tables[ObjectIdentifier(eventLoop)] = table
        }
        self.tables = tables
    }

    func start() async throws { try await listen(at: open.withLock { $0.socket }) }

    /// Goes on at another socket, in the place of one that nobody finds any more. Who is connected stays so.
    func move(to socket: any Listener) async throws { try await listen(at: socket) }

    private func listen(at socket: any Listener) async throws {
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelInitializer { [self] channel in admit(channel) }
            .withBoundSocket(socket.descriptor).get()
        let old = open.withLock { open in
            defer { open = (socket, channel) }
            return open.channel
        }
        try? await old?.close().get()
    }

    /// Stops accepting, lets busy connections finish within the limit, and takes the socket away.
    func stop() async {
        let channel = open.withLock { open in
            open.socket.remove()
            return open.channel.take()
        }
        try? await channel?.close().get()
        for table in tables.values { table.eventLoop.execute { table.value.drain() } }
        for _ in 0..<limits.drain * 20 where places.total > 0 {
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    /// At most once a second: who makes connections must not fill the log.
    private func complain(_ refusal: ConnectionPlaces.Refusal) {
        let now = SystemTime().now.boot
        guard complainedAt.exchange(now, ordering: .relaxed) != now else { return }
        let reason =
            switch refusal {
            case .full: "the socket has as many as it may, \(limits.connections)"
            case .user(let uid): "user \(uid) has as many as one may, \(limits.connectionsPerUser)"
            }
        logger.warning("connections refused: \(reason)", metadata: ["socket": "\(name)"])
    }

    /// Runs on the connection's event loop. A refused connection is closed unread.
    private func admit(_ channel: any Channel) -> EventLoopFuture<Void> {
        let process = knowsCallers ? PeerProcess(channel, proc: proc) : nil
        guard let table = tables[ObjectIdentifier(channel.eventLoop)],
            var caller = process.map({ $0.identify() }) ?? Identity.unknown
        else {
            return channel.close()
        }
        if let refusal = places.take(caller.uid) {
            complain(refusal)
            return channel.close()
        }
        channel.closeFuture.whenComplete { [places, uid = caller.uid] _ in places.give(uid) }
        guard process?.learn(responder.needs(of: caller), of: &caller) != false else { return channel.close() }
        // Set here and not by the bootstrap, which makes a chain of futures of them, connection by connection.
        try? channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
        try? channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: true)
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(
                ConnectionHandler(
                    responder: responder, caller: caller, process: process, limits: limits, table: table.value))
        }
    }
}

extension Identity {
    /// Whoever came over the network of this machine: as the kernel writes a user that there is none of.
    fileprivate static let unknown = Identity(uid: UInt32.max, gid: UInt32.max, pid: 0, isForeign: true)
}
