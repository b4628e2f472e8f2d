import Domain
import Glibc
package import SocketAPI
import System

@testable package import SocketServer

/// A worker whose loop is turned by hand, and whose clock goes only when it is told to.
package final class HandDriven {
    package let loop: EventLoop
    let worker: Worker

    package init(_ responder: any Responder, _ limits: ConnectionLimits = ConnectionLimits()) throws {
        loop = try EventLoop()
        worker = Worker(loop, responder, limits, ConnectionQuota(limits), ProcFS()) { _ in }
    }

    deinit { loop.work = EventLoop.Work() }

    /// A client that has connected.
    /// - Parameter room: bytes that the kernel keeps for it; `nil` for as many as it likes.
    package func client(uid: UInt32 = 1000, room: CInt? = nil) throws -> Client {
        var ends: [CInt] = [0, 0]
        guard
            unsafe socketpair(
                AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0,
                &ends) == 0
        else { throw SystemError("no pair of sockets") }
        if var room {
            unsafe setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, socklen_t(MemoryLayout<CInt>.size))
        }
        let connection = worker.admit(ends[0], Identity(uid: uid, gid: uid, pid: 1))
        return Client(ends[1], connection, self)
    }

    package func listen(at descriptor: CInt) { worker.listen(at: descriptor, knowsCallers: false) }

    /// Lets the loop go round for as long as it would not wait.
    package func run() {
        for _ in 0..<1_000 {
            _ = loop.turn(waiting: 0)
            if !loop.hasMore && !isReported { break }
        }
        precondition(worker.flushed.isEmpty, "the loop would wait with something to send")
    }

    private var isReported: Bool {
        var reports = pollfd(fd: loop.set, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&reports, 1, 0) > 0
    }

    /// Whether the loop waits once it has done what it can: nothing is reported that nobody takes.
    package var isIdle: Bool {
        run()
        return !isReported
    }

    /// How many connections there are.
    package var open: Int { worker.connections.count }
    package func drain(_ refusal: RenderedResponse) {
        worker.drain(refusal)
        run()
    }
    package func revoke() { worker.revoke(unfinished: true) }
    package func updateStandings() { worker.updateStandings() }
    /// Bytes that arrived and were not taken yet.
    package var unread: Int { worker.connections.values.reduce(0) { $0 + $1.unreadCount } }

    package func pass(_ seconds: Int) {
        for _ in 0..<seconds {
            worker.tick()
            run()
        }
    }

    /// The other end of a connection.
    package final class Client {
        package let descriptor: CInt
        private let driver: HandDriven
        private weak var connection: Connection?
        private var isClosed = false

        init(_ descriptor: CInt, _ connection: Connection?, _ driver: HandDriven) {
            self.descriptor = descriptor
            self.connection = connection
            self.driver = driver
        }

        deinit { hangUp() }

        package func send(_ text: String) {
            let bytes = Array(text.utf8)
            _ = unsafe Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL))
            driver.run()
        }

        package func ask(_ path: String, _ fields: String = "") {
            send("GET \(path) HTTP/1.1\r\nHost: k\r\nKeyturn-Request: 1\r\n\(fields)\r\n")
        }

        /// What has arrived since the last look; `nil` once the other end is closed and all of it was seen.
        package func heard(_ most: Int = 1 << 20) -> String? {
            var bytes = [UInt8](repeating: 0, count: most)
            let count = unsafe recv(descriptor, &bytes, most, CInt(MSG_DONTWAIT))
            // A child that another test just began keeps the other end open for a moment after it is closed here.
            let isOver = count == 0 || (count < 0 && (errno != EAGAIN || connection == nil))
            driver.run()
            return isOver ? nil : String(decoding: bytes[..<max(count, 0)], as: UTF8.self)
        }

        package func endSending() {
            shutdown(descriptor, CInt(SHUT_WR))
            driver.run()
        }

        package func endReading() {
            shutdown(descriptor, CInt(SHUT_RD))
            driver.run()
        }

        package func hangUp() {
            guard !isClosed else { return }
            isClosed = true
            // A child that another test just began keeps the descriptor for a moment.
            shutdown(descriptor, CInt(SHUT_RDWR))
            close(descriptor)
            driver.run()
        }
    }
}
