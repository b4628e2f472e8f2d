import Foundation
import Synchronization

/// Stands between a client and a server on 127.0.0.1, and loses what a test wants it to.
package final class Relay: Sendable {
    package enum Rule: Sendable {
        case pass
        /// The next COMMIT reaches the server; its answer is dropped, and both connections end.
        case loseAnswer
        /// The next COMMIT is dropped, and both connections end.
        case loseCommit
        /// The next COMMIT is dropped and the client's connection ends. The server's stays until ``release()``.
        case holdCommit
        /// Nothing passes any more, and nothing ends.
        case blackHole
    }

    package let port: Int
    private let listener: CInt
    private let server: Int
    private let rule = Mutex(Rule.pass)
    private let held = Mutex<[CInt]>([])
    private let rewrite: @Sendable ([UInt8]) -> [UInt8]
    private let accepted = Atomic(0)

    private static let commit: [UInt8] = [UInt8(ascii: "Q"), 0, 0, 0, 11] + Array("COMMIT\0".utf8)

    /// - Parameter rewrite: changes what the server says.
    package init(to server: Int, rewrite: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 }) throws {
        self.server = server
        self.rewrite = rewrite
        listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = Self.address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = listener
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(socket, pointer, length) == 0 && listen(socket, 64) == 0
                    && getsockname(socket, pointer, &length) == 0
            }
        }
        guard isBound else { throw ClusterError("no relay") }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                accepted.add(1, ordering: .relaxed)
                begin(client)
            }
        }
    }

    /// How many connections there were.
    package var connections: Int { accepted.load(ordering: .relaxed) }

    package func set(_ new: Rule) { rule.withLock { $0 = new } }

    /// Ends the connections to the server that are held.
    package func release() {
        for socket in held.withLock({ held in
            defer { held = [] }
            return held
        }) { shutdown(socket, CInt(SHUT_RDWR)) }
    }

    package func stop() { shutdown(listener, CInt(SHUT_RDWR)) }

    private static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        return address
    }

    private func begin(_ client: CInt) {
        let upstream = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = Self.address(server)
        let isConnected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe connect(upstream, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(upstream)
            close(client)
            return
        }
        let pair = Pair(client: client, upstream: upstream)
        Thread.detachNewThread { [self] in forward(pair) }
        Thread.detachNewThread { [self] in back(pair) }
    }

    private final class Pair: Sendable {
        let client: CInt
        let upstream: CInt
        let isLosing = Atomic(false)

        init(client: CInt, upstream: CInt) { (self.client, self.upstream) = (client, upstream) }

        func end() {
            shutdown(client, CInt(SHUT_RDWR))
            shutdown(upstream, CInt(SHUT_RDWR))
        }

        // The threads of both directions hold it.
        deinit {
            close(client)
            close(upstream)
        }
    }

    private func forward(_ pair: Pair) {
        while let bytes = Self.read(pair.client) {
            let isCommit = bytes.contains(Self.commit)
            let now = rule.withLock { rule in
                let now = rule
                if isCommit, case .blackHole = now {} else if isCommit { rule = .pass }
                return now
            }
            switch now {
            case .blackHole: continue
            case .loseAnswer where isCommit: pair.isLosing.store(true, ordering: .sequentiallyConsistent)
            case .loseCommit where isCommit: return pair.end()
            case .holdCommit where isCommit:
                held.withLock { $0.append(pair.upstream) }
                shutdown(pair.client, CInt(SHUT_RDWR))
                return
            default: break
            }
            guard Self.send(pair.upstream, bytes) else { return pair.end() }
        }
        if !held.withLock({ $0.contains(pair.upstream) }) { pair.end() }
    }

    private func back(_ pair: Pair) {
        while let bytes = Self.read(pair.upstream) {
            if case .blackHole = rule.withLock({ $0 }) { continue }
            if pair.isLosing.load(ordering: .sequentiallyConsistent) { return pair.end() }
            guard Self.send(pair.client, rewrite(bytes)) else { break }
        }
        if !held.withLock({ $0.contains(pair.upstream) }) { pair.end() }
    }

    private static func read(_ socket: CInt) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(socket, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer.prefix(count)) : nil
    }

    private static func send(_ socket: CInt, _ bytes: [UInt8]) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(socket, $0.baseAddress?.advanced(by: done), $0.count - done, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }
}
