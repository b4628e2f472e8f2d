import Glibc
package import System

/// An address and port of this host that other hosts cannot reach.
package struct LoopbackAddress: Equatable, Sendable, CustomStringConvertible {
    package enum Host: String, Sendable {
        case ipv4 = "127.0.0.1"
        case ipv6 = "[::1]"
    }

    package static let grammar = "127.0.0.1:PORT or [::1]:PORT, with a port from 1 to 65535"

    let host: Host
    /// 0 for any free one.
    let port: UInt16

    package init(_ host: Host, port: UInt16) { (self.host, self.port) = (host, port) }

    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let host = Host(rawValue: String(text[..<colon])) else { return nil }
        let digits = text[text.index(after: colon)...]
        guard let port = UInt16(digits), port > 0, String(port) == digits else { return nil }
        (self.host, self.port) = (host, port)
    }

    package var description: String { "\(host.rawValue):\(port)" }

    /// The lowest port that a process without capabilities may use, if this one is below it; ip(7).
    package var lowestAllowed: UInt16? {
        let lowest = ProcFS.read(AT_FDCWD, "/proc/sys/net/ipv4/ip_unprivileged_port_start")
            .flatMap { UInt16($0.prefix { $0 != "\n" }) }
        return lowest.flatMap { 1..<max($0, 1) ~= port ? $0 : nil }
    }

    /// Whether `Host` names this host and port. A web page in a local browser may have its own name resolve to this
    /// address and then read the answers (DNS rebinding): the browser sends that name.
    package func isMeant(by host: String) -> Bool {
        let host = host.lowercased()
        return ["127.0.0.1", "[::1]", "localhost"].contains { name in
            host == "\(name):\(port)" || port == 80 && host == name
        }
    }

    /// Opens a listening socket.
    /// - Parameter backlog: how many connections may wait to be accepted.
    /// - Returns: its descriptor, which the caller must close.
    package func listen(backlog: CInt) throws(SystemError) -> CInt {
        let family = host == .ipv4 ? AF_INET : AF_INET6
        let descriptor = socket(family, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError("cannot make a socket") }
        // The kernel may still remember connections of the previous process; they must not prevent listening.
        Self.set(SO_REUSEADDR, SOL_SOCKET, of: descriptor)
        // Accepted connections inherit it: no answer waits for a full packet.
        Self.set(TCP_NODELAY, CInt(IPPROTO_TCP), of: descriptor)
        guard bind(descriptor) == 0, Glibc.listen(descriptor, backlog) == 0 else {
            let error = SystemError("cannot listen on \(self)")
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// The port that a socket listens on; 0 when it has none.
    package static func port(of descriptor: CInt) -> Int {
        var name = sockaddr_in()  // an IPv6 address has its port in the same place
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &size)
            }
        }
        return result == 0 ? Int(UInt16(bigEndian: name.sin_port)) : 0
    }

    private static func set(_ option: CInt, _ level: CInt, of descriptor: CInt) {
        var yes: CInt = 1
        unsafe setsockopt(descriptor, level, option, &yes, socklen_t(MemoryLayout<CInt>.size))
    }

    private func bind(_ descriptor: CInt) -> CInt {
        switch host {
        case .ipv4:
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = port.bigEndian
            name.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
            return Self.bind(descriptor, &name)
        case .ipv6:
            var name = sockaddr_in6()
            name.sin6_family = sa_family_t(AF_INET6)
            name.sin6_port = port.bigEndian
            name.sin6_addr = in6addr_loopback
            return Self.bind(descriptor, &name)
        }
    }

    private static func bind<Name>(_ descriptor: CInt, _ name: inout Name) -> CInt {
        unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<Name>.size))
            }
        }
    }
}
