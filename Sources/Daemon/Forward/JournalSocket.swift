import Audit
import Glibc
import System

/// journald's own socket: one datagram for each line, which journald has once it is sent.
final class JournalSocket: AuditDestination {
    private let path: String
    private var descriptor: CInt = -1

    init(path: String = "/run/systemd/journal/socket") { self.path = path }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func send(_ messages: [AuditMessage]) throws(ForwardFailure) {
        if descriptor < 0 { try connect() }
        for message in messages {
            let bytes = message.journal
            let count = unsafe bytes.withUnsafeBytes { bytes in
                unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
            }
            guard count == bytes.count else { throw failure() }
        }
    }

    private func connect() throws(ForwardFailure) {
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure() }
        // journald stops reading while it is restarted.
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard path.utf8.count < room.count else { return false }
            unsafe room.copyBytes(from: path.utf8)
            return true
        }
        let isConnected = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe fits && Glibc.connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else { throw failure() }
    }

    /// Of the last system call. The next lines go over a new socket.
    private func failure() -> ForwardFailure {
        let words = SystemError.words(for: errno)
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        return ForwardFailure(reason: "\(path): \(words)")
    }
}
