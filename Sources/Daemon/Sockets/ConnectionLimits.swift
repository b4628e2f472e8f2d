/// How long a connection may take over what, and how many there may be.
struct ConnectionLimits: Sendable {
    /// For a request to arrive whole, from its first byte; also for the first byte of a new connection. Seconds.
    var request = 10
    /// Between requests. Seconds.
    var idle = 60
    /// For a client to take in an answer. Seconds.
    var write = 10
    /// Connections at once, on one socket.
    var connections = 4096
    /// Connections of one user at once, on one socket. Root and the daemon's own user are not counted so.
    var connectionsPerUser = 1024
    /// For a request to arrive whole, when the daemon stops. Seconds.
    var stopping = 1
    /// How long connections that are busy may go on when the daemon stops. Seconds.
    var drain = 5
}
