import CPlatform
import Domain
import Glibc

/// The process that made a connection. Used on the connection's loop only.
///
/// The socket itself remembers the process, so nothing needs to be done at first: a connection for a single request costs
/// one system call. When the connection is a second old, or when a policy needs more than the credentials, a pidfd pins
/// the process, so that its pid cannot refer to another process.
package final class PeerProcess {
    private enum Pin {
        case notYet, impossible, gone
        case pidfd(CInt)
    }

    private let socket: CInt
    private let proc: ProcFS
    private var pin = Pin.notYet
    private var known: IdentityNeeds = []

    /// - Parameter socket: the connection's socket, which must stay open while this is used.
    init(_ socket: CInt, proc: ProcFS) {
        self.socket = socket
        self.proc = proc
    }

    deinit {
        if case .pidfd(let descriptor) = pin { close(descriptor) }
    }

    /// The caller by its credentials alone; `nil` when the connection is already closed.
    func identify() -> Identity? {
        var peer = kt_peer()
        guard unsafe kt_peer(socket, &peer) == 0 else { return nil }
        // Without this kernel option only the pid identifies the process, so it is pinned as early as possible.
        if !Self.isRemembered { pinIt(peer.pid) }
        return Identity(
            uid: peer.uid, gid: peer.gid, pid: peer.pid,
            isForeign: peer.pid == 0 || peer.uid == proc.maps.unmappedUID)
    }

    /// Looks up the missing facts. Returns whether the process still exists, as far as decisions need it.
    func learn(_ needs: IdentityNeeds, of caller: inout Identity) -> Bool {
        if needs.contains(.groups), caller.groups == nil {
            caller.groups = (Self.groups(socket) ?? []).filter { $0 != proc.maps.unmappedGID }
        }
        if needs.contains(.login), known.insert(.login).inserted {
            pinIt(caller.pid)
            let login = proc.login(of: caller.pid, uid: caller.uid)
            if case .pidfd(let pidfd) = pin, Self.isAlive(pidfd) { caller.login = login }
        }
        guard needs.contains(.process) else { return true }
        pinIt(caller.pid)
        guard case .pidfd(let pidfd) = pin else { return !isGone }
        if known.insert(.process).inserted { caller.process = proc.facts(of: caller.pid, uid: caller.uid) }
        // Checked after the reads: as long as this process exists, its pid belongs to no other.
        return Self.isAlive(pidfd)
    }

    /// Whether the process still runs as the same user. Returns `true` when that cannot be determined.
    func isStill(_ caller: Identity) -> Bool {
        pinIt(caller.pid)
        guard case .pidfd(let pidfd) = pin else { return !isGone }
        let owner = proc.owner(of: caller.pid)
        guard Self.isAlive(pidfd) else { return false }
        return owner.map { $0 == caller.uid } ?? true
    }

    private var isGone: Bool { if case .gone = pin { true } else { false } }

    private func pinIt(_ pid: Int32) {
        guard case .notYet = pin else { return }
        let pidfd = Self.isRemembered ? kt_peer_pidfd(socket) : pid > 0 ? kt_pidfd_open(pid) : -ENOSYS
        switch pidfd {
        case 0...: pin = .pidfd(pidfd)
        // It has ended and was reaped; newer kernels return a pidfd that says so.
        case -EINVAL, -ESRCH: pin = .gone
        // Try again later.
        case -EMFILE, -ENFILE, -ENOMEM: break
        default: pin = .impossible
        }
    }

    package static func isAlive(_ pidfd: CInt) -> Bool {
        var question = pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&question, 1, 0) == 0
    }

    private static func groups(_ socket: CInt) -> [UInt32]? {
        var room: UInt32 = 32
        while true {
            var count: CInt = 0
            let groups = unsafe [UInt32](unsafeUninitializedCapacity: Int(room)) { buffer, used in
                count = unsafe kt_peer_groups(socket, buffer.baseAddress, room)
                used = count >= 0 && count <= room ? Int(count) : 0
            }
            guard count > room else { return groups }
            room = UInt32(count)
        }
    }

    /// Whether the kernel identifies the connecting process itself, not only its pid (Linux 6.5).
    private static let isRemembered: Bool = {
        var ends: [CInt] = [0, 0]
        guard unsafe socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0, &ends) == 0
        else { return false }
        let pidfd = kt_peer_pidfd(ends[0])
        for descriptor in ends + [pidfd] where descriptor >= 0 { close(descriptor) }
        return pidfd >= 0
    }()
}
