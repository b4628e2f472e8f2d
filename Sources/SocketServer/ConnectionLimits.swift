import Glibc
package import SocketAPI

/// Time limits and the allowed number of connections.
package struct ConnectionLimits: Sendable {
    /// For a whole request to arrive, from its first byte; also for the first byte of a new connection. In seconds.
    package var request = 10
    /// Between requests. In seconds.
    package var idle = 60
    /// For a client to read an answer. In seconds.
    package var write = 10
    /// For a client to read a refusal before the connection is closed. In seconds.
    package var linger = 2
    /// The requests that are answered before other connections have their turn: of one connection; of all connections of
    /// one user; of one stranger's connection; of all strangers'.
    package var turn = 8
    package var turnOfUser = 64
    package var turnOfStranger = 2
    package var turnOfStrangers = 16
    /// The most bytes to read from a stranger's connection at once.
    package var roomOfStranger = 4 << 10
    /// The most connections of one socket.
    package var connections = 4096
    /// The most connections of one user on one socket. Root and the daemon's own user are not limited by it.
    package var connectionsPerUser = 1024
    /// For a whole request to arrive when the daemon stops. In seconds.
    package var stopping = 1
    /// How long busy connections may continue when the daemon stops. In seconds.
    package var drain = 5
    /// The size limits of a request.
    package var requests = RequestLimits()

    package init() {}

    /// The most connections of all users without a policy together; and of one such user.
    var strangers: Int { max(connections / 16, 2) }
    var connectionsPerStranger: Int { min(max(strangers / 4, 1), connectionsPerUser) }
    /// The most connections of one user once three quarters are taken.
    var few: Int { max(min(connectionsPerUser, connections / 4) / 16, 1) }

    /// The descriptors of one connection: its socket, and its process's pidfd.
    private static let filesOfOne = 2
    /// The most connections of the metrics' address. Scrapers are few, and must not use up connections for clients of
    /// secrets.
    package static let scrapers = 32
    /// The descriptors reserved for everything else: scrapers, the vault, the log, calls to Zoom and to consoles, commands.
    private static let filesOfOthers = 320 + scrapers

    /// How many connections each of the two sockets may have, given the process's limit on open files.
    package static func most(files: Int = openFiles) -> Int { max((files - filesOfOthers) / (2 * filesOfOne), 8) }

    /// The process's limit on open files.
    package static var openFiles: Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }
}
