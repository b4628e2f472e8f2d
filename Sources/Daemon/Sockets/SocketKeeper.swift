import Logging
import SocketAPI

/// Looks once a second whether callers still find the sockets. Who removes `/run/keyturn` takes a daemon away that goes on as
/// if nothing were. What this process made is made again; what systemd made, systemd must make.
struct SocketKeeper {
    struct Place: Sendable {
        let server: SocketServer
        /// What callers are to find; that of the moment.
        var socket: ListeningSocket
        /// Makes it again, with all that it stands in.
        let make: @Sendable () throws(StartError) -> ListeningSocket
    }

    let logger: Logger

    /// Returns when its task is cancelled.
    func run(_ places: [Place]) async throws {
        var places = places
        // By path, so that each trouble is told once, and not each second.
        var said: [String: String] = [:]
        while !Task.isCancelled {
            for index in places.indices {
                let trouble = await look(&places[index])
                let path = places[index].socket.path
                if let trouble, said[path] != trouble { logger.critical("\(trouble)") }
                said[path] = trouble
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// - Returns: why it is gone and stays so.
    private func look(_ place: inout Place) async -> String? {
        guard !place.socket.isInPlace else { return nil }
        let path = place.socket.path
        guard place.socket.isMade else {
            return "the socket \(path), which systemd made, was removed: nobody new can connect; try: \(Places.restart)"
        }
        do {
            let socket = try place.make()
            try await place.server.move(to: socket)
            place.socket = socket
            logger.warning("the socket \(path) was removed, and was made again")
            return nil
        } catch {
            let hint = path.hasPrefix(Places.systemRuntimeDirectory + "/") ? Places.restart : "restart keyturnd"
            return "the socket \(path) was removed, and cannot be made again: \(error); try: \(hint)"
        }
    }
}
