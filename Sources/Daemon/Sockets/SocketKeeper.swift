import Domain
import Logging
import Maintenance
import SocketAPI
import SocketServer
import Synchronization

/// Checks once a second whether callers can still find the sockets: removing `/run/keyturn` would cut off a daemon that
/// otherwise runs on. Sockets of this process are created again; those of systemd, only systemd can create.
final class SocketKeeper: Sendable {
    struct Place: Sendable {
        let server: Server
        /// The socket that callers should find at present.
        var socket: ListeningSocket
        /// Creates it again, with its directories.
        let make: @Sendable () throws(StartError) -> ListeningSocket
    }

    private let logger: Logger
    private let lost: LostSockets
    private let places: Mutex<[Place]>

    init(_ places: [Place], lost: LostSockets, logger: Logger) {
        self.places = Mutex(places)
        self.lost = lost
        self.logger = logger
    }

    /// Returns when its task is cancelled.
    func run() async throws {
        // By path, so that each trouble is reported once, and not each second.
        var said: [String: String] = [:]
        while !Task.isCancelled {
            places.withLock { places in
                for index in places.indices {
                    let trouble = check(&places[index])
                    let path = places[index].socket.path
                    if let trouble, said[path] != trouble.description { logger.critical("\(trouble)") }
                    said[path] = trouble?.description
                    lost[path] = trouble
                }
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// Unlinks all sockets so that no new client can connect.
    func remove() { places.withLock { $0.forEach { $0.socket.remove() } } }

    /// - Returns: why it is missing and cannot be created.
    private func check(_ place: inout Place) -> Advice? {
        guard !place.socket.isInPlace else { return nil }
        let path = place.socket.path
        guard place.socket.isMade else {
            return Advice(
                "the socket \(path), which belongs to systemd, was removed: new clients cannot connect",
                try: Paths.restart)
        }
        do {
            let socket = try place.make()
            place.server.listen(at: socket.entrance)
            place.socket = socket
            logger.warning("the socket \(path) was removed, and was created again")
            return nil
        } catch {
            let hint = path.hasPrefix(Paths.systemRuntimeDirectory + "/") ? Paths.restart : "restart keyturnd"
            return Advice("the socket \(path) was removed, and cannot be created again: \(error)", try: hint)
        }
    }
}

/// The sockets that callers cannot find, for the status: clients of the other socket, and recipients of alerts, still
/// learn of it.
final class LostSockets: Sendable {
    private let state = Mutex<[String: Advice]>([:])

    subscript(path: String) -> Advice? {
        get { state.withLock { $0[path] } }
        set { state.withLock { $0[path] = newValue } }
    }

    var problems: [HealthIssue] {
        state.withLock { $0 }.sorted { $0.key < $1.key }
            .map { HealthIssue(.socketGone, $0.value) }
    }
}
