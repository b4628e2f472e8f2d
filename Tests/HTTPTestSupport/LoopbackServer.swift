import Foundation
import Glibc
import Synchronization

/// A server on 127.0.0.1 that answers with canned bytes and remembers what it was sent. Speaks just enough HTTP/1.1 to
/// find the end of a request. Every wait of it ends after 300 seconds, which is long enough for a machine with much else to do.
package final class LoopbackServer: Sendable {
    package enum Reply: Sendable {
        /// Send these bytes and wait for the next request.
        case send(String)
        /// Send these bytes and so many times `x`, in pieces of that size if one is given, and close.
        case sendAndClose(String, filler: Int = 0, pieces: Int = .max)
        /// Close without a word.
        case close
        /// Say nothing until the client leaves.
        case silence
    }

    package struct Received: Sendable {
        package let connection: Int
        package let head: String
        package let body: String

        package var requestLine: String { String(head.prefix { $0 != "\r\n" }) }

        package func header(_ name: String) -> String? {
            head.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ": ") }
                .map { String($0.dropFirst(name.count + 2)) }
        }
    }

    private struct Log {
        var received: [Received] = []
        var connections = 0
    }

    package let port: Int
    private let listener: CInt
    private let log = Mutex(Log())
    private let answer: @Sendable (Received) -> Reply

    package init(_ answer: @escaping @Sendable (Received) -> Reply) throws {
        let listener = try Self.bound()
        self.listener = listener
        self.answer = answer
        port = Self.port(of: listener)
        guard listen(listener, 512) == 0 else { throw POSIXError(.EIO) }
        Thread.detachNewThread { [self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                let number = log.withLock { log in
                    log.connections += 1
                    return log.connections
                }
                Thread.detachNewThread { [self] in serve(client, number) }
            }
        }
    }

    package var url: String { "http://127.0.0.1:\(port)" }

    package var received: [Received] { log.withLock { $0.received } }

    /// Ends the listening. Connections end when their clients leave.
    package func stop() { _ = shutdown(listener, CInt(SHUT_RDWR)) }

    /// A port at which nobody listens.
    package static func deadPort() throws -> Int {
        let socket = try bound()
        defer { close(socket) }
        return port(of: socket)
    }

    private func serve(_ client: CInt, _ number: Int) {
        defer {
            // Reaches the client even if a program that a test started meanwhile holds the descriptor too.
            _ = shutdown(client, CInt(SHUT_RDWR))
            close(client)
        }
        var limit = timeval(tv_sec: 300, tv_usec: 0)
        unsafe setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        unsafe setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var pending = ""
        while let request = Self.next(client, &pending, number) {
            log.withLock { $0.received.append(request) }
            switch answer(request) {
            case .send(let bytes): guard Self.send(client, bytes, .max) else { return }
            case .sendAndClose(let bytes, let filler, let size):
                return _ = Self.send(client, bytes + String(repeating: "x", count: filler), size)
            case .close: return
            case .silence: while !Self.read(client).isEmpty {}
            }
        }
    }

    private static func next(_ client: CInt, _ pending: inout String, _ number: Int) -> Received? {
        while true {
            if let end = pending.range(of: "\r\n\r\n") {
                let head = Received(connection: number, head: String(pending[..<end.lowerBound]), body: "")
                let length = Int(head.header("content-length") ?? "0") ?? 0
                let rest = String(pending[end.upperBound...])
                if rest.utf8.count >= length {
                    pending = String(rest.dropFirst(length))
                    return Received(connection: number, head: head.head, body: String(rest.prefix(length)))
                }
            }
            let more = read(client)
            guard !more.isEmpty else { return nil }
            pending += more
        }
    }

    private static func read(_ client: CInt) -> String {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(client, &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    private static func send(_ client: CInt, _ text: String, _ size: Int) -> Bool {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let piece = Array(bytes[sent...].prefix(size))
            let count = unsafe Glibc.send(client, piece, piece.count, CInt(MSG_NOSIGNAL))
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private static func bound() throws -> CInt {
        let socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw POSIXError(.EIO) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw POSIXError(.EADDRINUSE) }
        return socket
    }

    private static func port(of socket: CInt) -> Int {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(socket, $0, &size) }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

extension LoopbackServer.Reply {
    /// A plain answer with its length.
    package static func answer(
        _ body: String, _ status: String = "200 OK", _ headers: [String] = ["Content-Type: application/json"]
    ) -> Self {
        let head = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
        return .send(head.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }
}
