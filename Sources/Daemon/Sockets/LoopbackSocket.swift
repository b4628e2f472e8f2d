import Glibc
import SocketAPI

/// An address of this machine that nobody reaches from another one, and a port.
package struct LoopbackAddress: Equatable, Sendable, CustomStringConvertible {
    enum Host: String, Sendable {
        case ipv4 = "127.0.0.1"
        case ipv6 = "[::1]"
    }

    static let grammar = "127.0.0.1:PORT or [::1]:PORT, with a port from 1 to 65535"

    let host: Host
    let port: UInt16

    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let host = Host(rawValue: String(text[..<colon])) else { return nil }
        let digits = text[text.index(after: colon)...]
        guard let port = UInt16(digits), port > 0, String(port) == digits else { return nil }
        (self.host, self.port) = (host, port)
    }

    package var description: String { "\(host.rawValue):\(port)" }

    /// Whether `Host` names this machine and this port. A page in a browser here may have the address of its own name
    /// changed to this one, and then read what is answered: the browser sends that name.
    func isMeant(by host: String) -> Bool {
        let host = host.lowercased()
        return ["127.0.0.1", "[::1]", "localhost"].contains { name in
            host == "\(name):\(port)" || port == 80 && host == name
        }
    }
}

/// A socket that listens on loopback.
final class LoopbackSocket: Listener {
    let name: String
    let descriptor: CInt
    let knowsCallers = false

    init(_ address: LoopbackAddress, for setting: String) throws(StartError) {
        name = "\(address)"
        let family = address.host == .ipv4 ? AF_INET : AF_INET6
        descriptor = socket(family, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw StartError(systemCall: "\(setting): cannot make a socket", errno) }
        // Connections of the process before this one, which the kernel still remembers, must not keep it out.
        var yes: CInt = 1
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        guard Self.bind(descriptor, address) == 0, listen(descriptor, 64) == 0 else {
            let reason = errno
            close(descriptor)
            throw StartError(
                reason == EACCES ? .notPermitted : .configuration,
                "\(setting): cannot listen at \(address): \(words(for: reason))",
                hint: reason == EADDRINUSE ? "another port; ss -ltnp says who has this one" : nil)
        }
    }

    /// It goes with the process.
    func remove() {}

    private static func bind(_ descriptor: CInt, _ address: LoopbackAddress) -> CInt {
        switch address.host {
        case .ipv4:
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = address.port.bigEndian
            name.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
            return bind(descriptor, &name)
        case .ipv6:
            var name = sockaddr_in6()
            name.sin6_family = sa_family_t(AF_INET6)
            name.sin6_port = address.port.bigEndian
            name.sin6_addr = in6addr_loopback
            return bind(descriptor, &name)
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
