import Glibc
package import SocketAPI

/// How long a connection may take over what, and how many there may be.
package struct ConnectionLimits: Sendable {
    /// For a request to arrive whole, from its first byte; also for the first byte of a new connection. Seconds.
    package var request = 10
    /// Between requests. Seconds.
    package var idle = 60
    /// For a client to take in an answer. Seconds.
    package var write = 10
    /// For a client to read a refusal before the connection is closed. Seconds.
    package var linger = 2
    /// Requests of one connection that are answered before others have their turn; of a stranger's; of all strangers'.
    package var turn = 8
    package var turnOfStranger = 2
    package var turnOfStrangers = 16
    /// Bytes that one read of a stranger's connection takes at most.
    package var roomOfStranger = 4 << 10
    /// Connections at once, on one socket.
    package var connections = 4096
    /// Connections of one user at once, on one socket. Root and the daemon's own user are not counted so.
    package var connectionsPerUser = 1024
    /// For a request to arrive whole, when the daemon stops. Seconds.
    package var stopping = 1
    /// How long connections that are busy may go on when the daemon stops. Seconds.
    package var drain = 5
    /// What a request may look like.
    package var requests = RequestLimits()

    package init() {}

    /// Connections of all users together that no rule names; and those of one of them.
    var strangers: Int { max(connections / 16, 2) }
    var connectionsPerStranger: Int { min(max(strangers / 4, 1), connectionsPerUser) }
    /// Connections of one user once three quarters are taken.
    var few: Int { max(connectionsPerUser / 16, 1) }

    /// Descriptors that one connection takes: its socket's, and its process's.
    private static let filesOfOne = 2
    /// Descriptors that are left to all else: the vault, the log, calls to Zoom and to consoles, commands.
    private static let filesOfOthers = 320

    /// How many connections each of the two sockets may have in a process that may have so many open files.
    package static func most(files: Int = openFiles) -> Int { max((files - filesOfOthers) / (2 * filesOfOne), 8) }

    /// How many files this process may have open.
    package static var openFiles: Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }
}
