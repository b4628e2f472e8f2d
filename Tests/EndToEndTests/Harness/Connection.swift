import Foundation
import TestSupport

/// A connection that sends what it is told, byte for byte. No call waits without end.
final class Connection {
    let descriptor: Int32
    /// What has arrived and was not taken as an answer.
    private(set) var received: [UInt8] = []
    private(set) var isAtEnd = false

    /// To a Unix socket.
    init(to path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw HarnessError("too long for a socket: \(path)")
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        try connect(&address, to: path)
    }

    /// To a port of this machine.
    init(toPort port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = unsafe inet_addr("127.0.0.1")
        try connect(&address, to: "port \(port)")
    }

    deinit { close(descriptor) }

    private func connect<Address>(_ address: inout Address, to name: String) throws {
        let outcome = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        guard outcome == 0 else { throw HarnessError("cannot connect to \(name): error \(errno)") }
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Sends all of it. What the other side no longer takes is no error: it may have answered before.
    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = push(rest)
            if count < 0 {
                guard wait(for: POLLOUT, seconds: Patience.seconds) else {
                    throw HarnessError("nobody reads what is sent")
                }
            } else if count == 0 {
                return
            }
            rest = rest.dropFirst(max(count, 0))
        }
    }

    /// Sends what goes at once: how many bytes that was, 0 when the other side is gone, -1 when it would wait.
    func push(_ bytes: ArraySlice<UInt8>) -> Int {
        let count = unsafe bytes.withUnsafeBytes {
            unsafe Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        return count >= 0 ? count : errno == EAGAIN ? -1 : 0
    }

    /// Says that nothing more will be sent.
    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// The next answer.
    func answer(seconds: Double = Patience.seconds, toHead: Bool = false) throws -> Answer {
        let end = ContinuousClock.now + .seconds(seconds)
        while true {
            if let (answer, length) = try Answer.first(in: received, isAll: isAtEnd, toHead: toHead) {
                received.removeFirst(length)
                return answer
            }
            guard !isAtEnd else { throw HarnessError("the connection ended before an answer: \(received.count) bytes") }
            guard ContinuousClock.now < end, receive(seconds: seconds) else { throw HarnessError("no answer in time") }
        }
    }

    /// Whether the other side closes it, long before it closes whatever is idle. Answers before that are passed over.
    func isClosed() -> Bool {
        let end = ContinuousClock.now + .seconds(40)
        while !isAtEnd, ContinuousClock.now < end { _ = receive(seconds: 0.05) }
        return isAtEnd
    }

    /// Takes in what has arrived. `false` when nothing did.
    @discardableResult
    func receive(seconds: Double) -> Bool {
        guard wait(for: POLLIN, seconds: seconds) else { return false }
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        if count <= 0 { isAtEnd = true } else { received += chunk[..<count] }
        return true
    }

    private func wait(for event: Int32, seconds: Double) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        return unsafe poll(&entry, 1, Int32(seconds * 1_000)) > 0
    }
}
